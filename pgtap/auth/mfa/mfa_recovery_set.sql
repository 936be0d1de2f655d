begin;
select plan(2);

insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
insert into auth.sessions (id, user_id, aal)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a', 'aal2');
insert into auth.mfa_factors (id, user_id, factor_type, secret_sealed, status)
values (gen_random_uuid(), '00000000-0000-0000-0000-00000000000a', 'totp', '\xaa', 'verified');
select results_eq($$ select status, body
                       from auth.mfa_recovery_set(
                         '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b',
                         '{"\\x01","\\x02"}', null) $$,
                  $$ values (200, '{"count": 2}'::jsonb) $$, 'codes are kept by their hashes');
select results_eq($$ select status, body ->> 'code'
                       from auth.mfa_recovery_set('00000000-0000-0000-0000-00000000000a',
                                                  null, '{"\\x01"}', null) $$,
                  $$ values (403, 'session_not_found') $$, 'a token without a session makes none');

select * from finish();
rollback;
