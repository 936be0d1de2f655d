begin;
select plan(4);

insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now()),
       ('00000000-0000-0000-0000-00000000000f', 'bob@example.test', now());
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');

select auth.end_session('00000000-0000-0000-0000-00000000000b', 'consent withdrawn', '192.0.2.1');
select is_empty('select from auth.sessions', 'the session is over');
select results_eq($$ select session_id::text, traits ->> 'cause', host(ip)
                       from auth.audit_log
                      where action = 'token_revoked' $$,
                  $$ values ('00000000-0000-0000-0000-00000000000b', 'consent withdrawn', '192.0.2.1') $$,
                  'and the log says why');
select auth.end_session('00000000-0000-0000-0000-00000000000b', 'again', null);
select results_eq($$ select count(*)::int from auth.audit_log where action = 'token_revoked' $$, array[1],
                  'once');
select tests.as_service();
select throws_ok($$ select auth.end_session(null, 'x', null) $$, '42501', null,
                 'request roles end none this way');

select * from finish();
rollback;
