begin;
select plan(17);

insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
insert into auth.sessions (id, user_id, refresh_counter) values
  ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a', 0),
  ('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-00000000000a', 0);
create function pg_temp.refresh(_counter bigint, _now timestamptz)
  returns table (status int, code text, counter bigint) language sql as $$
  select r.status, r.body ->> 'code', r.counter
    from auth.refresh('00000000-0000-0000-0000-00000000000b', _counter, '192.0.2.7',
                      'agent', '{"reuse_interval": 10}', _now) r $$;

select results_eq($$ select * from pg_temp.refresh(0, '2026-01-01 00:00Z') $$,
                  $$ values (200, null::text, 1::bigint) $$, 'the current token is rotated');
select results_eq(
  $$ select host(ip), user_agent, refreshed_at from auth.sessions where refresh_counter = 1 $$,
  $$ values ('192.0.2.7', 'agent', '2026-01-01Z'::timestamptz) $$, 'the session says when and from where');
select results_eq($$ select * from pg_temp.refresh(0, '2026-02-01 00:00Z') $$,
                  $$ values (200, null::text, 1::bigint) $$,
                  'the parent of the current one answers the current one, at any age');
select results_eq($$ select claims -> 'exp'
                       from auth.refresh('00000000-0000-0000-0000-00000000000b', 0, null,
                                         null, '{"jwt_exp": 60}', '2026-02-01Z') $$,
                  $$ select to_jsonb(extract(epoch from '2026-02-01Z'::timestamptz)::bigint + 60) $$,
                  'with a fresh access token');
select results_eq($$ select * from pg_temp.refresh(1, '2026-02-01 00:00Z') $$,
                  $$ values (200, null::text, 2::bigint) $$, 'the current one goes on');
select results_eq($$ select * from pg_temp.refresh(0, '2026-02-01 00:00:09Z') $$,
                  $$ values (200, null::text, 2::bigint) $$,
                  'an older one within the reuse interval answers the current one');
select results_eq($$ select * from pg_temp.refresh(9, '2026-02-01 00:00:09Z') $$,
                  $$ values (400, 'validation_failed', null::bigint) $$,
                  'one that was never handed out is refused');
select results_eq($$ select * from pg_temp.refresh(0, '2026-02-01 00:00:11Z') $$,
                  $$ values (400, 'refresh_token_already_used', null::bigint) $$,
                  'an older one later is reuse');
select is_empty($$ select from auth.sessions where id = '00000000-0000-0000-0000-00000000000b' $$,
                'which ends the session');
select results_eq($$ select actor_id, session_id, host(ip), traits ->> 'cause'
                       from auth.audit_log
                      where action = 'token_revoked' $$,
                  $$ values ('00000000-0000-0000-0000-00000000000a'::uuid,
                             '00000000-0000-0000-0000-00000000000b'::uuid, '192.0.2.7', 'reuse') $$,
                  'and is audited');
select isnt_empty($$ select from auth.sessions where id = '00000000-0000-0000-0000-00000000000c' $$,
                  'other sessions stay');
select results_eq($$ select * from pg_temp.refresh(2, '2026-02-01 00:00:12Z') $$,
                  $$ values (400, 'session_not_found', null::bigint) $$, 'no token of it works any more');
select results_eq($$ select status, body ->> 'code' from auth.refresh(null, null, null, null, '{}') $$,
                  $$ values (400, 'session_not_found') $$, 'nulls refuse');

update auth.sessions set not_after = '2026-03-01Z';
select results_eq($$ select status, body ->> 'code'
                       from auth.refresh('00000000-0000-0000-0000-00000000000c', 0, null,
                                         null, '{}', '2026-03-01Z') $$,
                  $$ values (400, 'session_expired') $$, 'a session past its end refuses');
update auth.users set banned_until = '2026-04-01Z';
select results_eq($$ select status, body ->> 'code'
                       from auth.refresh('00000000-0000-0000-0000-00000000000c', 0, null,
                                         null, '{}', '2026-02-01Z') $$,
                  $$ values (400, 'user_banned') $$, 'so does a banned user''s');
update auth.users set banned_until = null, deleted_at = now();
select results_eq($$ select status, body ->> 'code'
                       from auth.refresh('00000000-0000-0000-0000-00000000000c', 0, null,
                                         null, '{}', '2026-02-01Z') $$,
                  $$ values (400, 'session_not_found') $$, 'and a deleted user''s');
select tests.as_anon();
select throws_ok($$ select auth.refresh(null, null, null, null, '{}') $$, '42501', null,
                 'anon may not call it');

select * from finish();
rollback;
