begin;
select plan(2);
insert into auth.mfa_factors (id, user_id, factor_type, phone)
values (gen_random_uuid(), tests.user('ada'), 'phone', '43660');
select results_eq($$ select body #>> '{0,factor_type}' from auth.admin_factors(tests.user('ada')) $$,
                  array['phone'], 'the factors of a user');
select tests.as_anon();
select throws_ok($$ select auth.admin_factors(null) $$, '42501', null, 'anon may not call it');
select * from finish();
rollback;
