begin;
select plan(3);
insert into auth.mfa_factors (id, user_id, factor_type, phone)
values ('00000000-0000-0000-0000-0000000000f1', tests.user('ada'), 'phone', '43660');
select results_eq($$ select status, body ->> 'friendly_name'
                       from auth.admin_factor_update(
                         tests.user('ada'), '00000000-0000-0000-0000-0000000000f1', 'home', null, null) $$,
                  $$ values (200, 'home') $$, 'a factor is renamed');
select results_eq($$ select status
                       from auth.admin_factor_update(
                         tests.user('bob'), '00000000-0000-0000-0000-0000000000f1', 'x', null, null) $$,
                  array[404], 'another user''s is not found');
select tests.as_anon();
select throws_ok($$ select auth.admin_factor_update(null, null, null, null, null) $$, '42501', null,
                 'anon may not call it');
select * from finish();
rollback;
