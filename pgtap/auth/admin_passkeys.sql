begin;
select plan(2);
insert into auth.webauthn_credentials (user_id, credential_id, credential, friendly_name)
values (tests.user('ada'), 'c', '{}', 'key');
select results_eq($$ select body #>> '{0,friendly_name}' from auth.admin_passkeys(tests.user('ada')) $$,
                  array['key'], 'the passkeys of a user');
select tests.as_anon();
select throws_ok($$ select auth.admin_passkeys(null) $$, '42501', null, 'anon may not call it');
select * from finish();
rollback;
