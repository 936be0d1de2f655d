-- What an app or an administrator who acts in a user's name may do to the user's sessions.
begin;
select plan(5);

insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
insert into auth.sessions (id, user_id, amr)
values ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000a',
        '[{"method": "oauth_provider/authorization_code"}]'),
       ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-00000000000a',
        '[{"method": "password"}]');
select results_eq($$ select status, body ->> 'code'
                       from auth.session_list('00000000-0000-0000-0000-00000000000a',
                                              '00000000-0000-0000-0000-000000000001') $$,
                  $$ values (403, 'no_authorization') $$, 'an app does not see where its user is signed in');
select results_eq($$ select status, body ->> 'code'
                       from auth.session_revoke(
                         '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000001',
                         '00000000-0000-0000-0000-000000000002', null) $$,
                  $$ values (403, 'no_authorization') $$, 'nor ends the user''s own session');
select results_eq($$ select status
                       from auth.sign_out('00000000-0000-0000-0000-00000000000a',
                                          '00000000-0000-0000-0000-000000000001', 'global', null) $$,
                  array[204], 'it signs out');
select results_eq('select id from auth.sessions', array['00000000-0000-0000-0000-000000000002'::uuid],
                  'itself alone, whatever it asks for');
select results_eq($$ select traits ->> 'scope' from auth.audit_log where action = 'logout' $$, array['local'],
                  'and that is what is audited');

select * from finish();
rollback;
