begin;
select plan(5);

select tests.user('ada');
select tests.as_user('ada');
select ok(auth.is_aal_satisfied(), 'without a factor aal1 will do');
select tests.as_owner();
insert into auth.mfa_factors (id, user_id, factor_type, secret_sealed, status)
values (gen_random_uuid(), tests.user('ada'), 'totp', '\xaa', 'verified');
select tests.as_user('ada', '{"aal": "aal1"}');
select ok(not auth.is_aal_satisfied(), 'with one it will not');
select tests.as_user('ada', '{"aal": "aal2"}');
select ok(auth.is_aal_satisfied(), 'but aal2 will');
select is(auth.aal(), 'aal2', 'auth.aal() says the level');
select tests.as_anon();
select is(auth.aal(), null, 'which anon has none of');

select * from finish();
rollback;
