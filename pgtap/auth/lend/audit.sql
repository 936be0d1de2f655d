begin;
select plan(3);

insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now()),
       ('00000000-0000-0000-0000-00000000000f', 'bob@example.test', now());
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');

select set_config('request.jwt.claims',
                  jsonb_build_object('sub', '00000000-0000-0000-0000-00000000000a',
                                     'session_id', '00000000-0000-0000-0000-00000000000b')::text,
                  true);
select auth.audit('org_made', '{"org": "acme"}');
select results_eq($$ select actor_id::text, session_id::text, traits ->> 'org'
                       from auth.audit_log
                      where action = 'org_made' $$,
                  $$ values ('00000000-0000-0000-0000-00000000000a',
                             '00000000-0000-0000-0000-00000000000b', 'acme') $$,
                  'the log says who did it, in which session');
select set_config('request.jwt.claims', '', true);
select auth.audit('org_swept');
select results_eq($$ select actor_id from auth.audit_log where action = 'org_swept' $$, array[null::uuid],
                  'or that nobody was signed in');
select tests.as_service();
select throws_ok($$ select auth.audit('forged') $$, '42501', null, 'request roles write no lines');

select * from finish();
rollback;
