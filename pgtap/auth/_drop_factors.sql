begin;
select plan(2);
insert into auth.mfa_factors (id, user_id, factor_type, status, secret_sealed)
select gen_random_uuid(), tests.user(n), 'totp', 'verified', '\x00' from unnest(array['ada', 'bob']) n;
select lives_ok($$ select auth._drop_factors(tests.user('ada')) $$, 'a user''s factors can be dropped');
select results_eq($$ select f.user_id from auth.mfa_factors f $$, $$ select tests.user('bob') $$,
                  'and those of others stay');
select * from finish();
rollback;
