-- What ends a session by itself: its time, and not being used.
begin;
select plan(4);
insert into auth.sessions (id, user_id, created_at)
values ('00000000-0000-0000-0000-00000000000b', tests.user('ada'), '2026-01-01Z');
create function pg_temp.refresh(_counter bigint, _settings jsonb, _now timestamptz)
  returns table (status int, code text) language sql as $$
  select r.status, r.body ->> 'code'
    from auth.refresh('00000000-0000-0000-0000-00000000000b', _counter, null, null, _settings, _now) r $$;
select results_eq($$ select *
                       from pg_temp.refresh(0, '{"session_inactivity": 60}', '2026-01-01 00:00:59Z') $$,
                  $$ values (200, null::text) $$, 'a session in use goes on');
select results_eq($$ select *
                       from pg_temp.refresh(1, '{"session_inactivity": 60}', '2026-01-01 00:01:58Z') $$,
                  $$ values (200, null::text) $$, 'counted from its last use');
select results_eq($$ select *
                       from pg_temp.refresh(2, '{"session_inactivity": 60}', '2026-01-01 00:02:58Z') $$,
                  $$ values (400, 'session_expired') $$, 'one that lies idle ends');
update auth.sessions set not_after = '2026-01-02Z';
select results_eq($$ select * from pg_temp.refresh(2, '{}', '2026-01-02Z') $$,
                  $$ values (400, 'session_expired') $$, 'and so does one whose time is up');
select * from finish();
rollback;
