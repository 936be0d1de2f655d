begin;
select plan(1);
insert into auth.mfa_recovery_codes (user_id, code_hash) values (tests.user('ada'), 'hash');
select auth._drop_factors(tests.user('ada'));
select is_empty('select from auth.mfa_recovery_codes', 'no second factor is left');
select * from finish();
rollback;
