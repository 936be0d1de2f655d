begin;
select plan(2);
insert into auth.webauthn_credentials (id, user_id, credential_id, credential)
values ('00000000-0000-0000-0000-0000000000f1', tests.user('ada'), 'c', '{}');
select results_eq($$ select (auth.admin_passkey_delete(tests.user('bob'),
                                                       '00000000-0000-0000-0000-0000000000f1', null)).status,
                            (auth.admin_passkey_delete(
                              tests.user('ada'), '00000000-0000-0000-0000-0000000000f1', null)).status $$,
                  $$ values (404, 204) $$, 'a passkey goes, if it is that user''s');
select tests.as_anon();
select throws_ok($$ select auth.admin_passkey_delete(null, null, null) $$, '42501', null,
                 'anon may not call it');
select * from finish();
rollback;
