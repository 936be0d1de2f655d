begin;
select plan(8);

insert into auth.users (id, email)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test'),
       ('00000000-0000-0000-0000-00000000000f', 'bob@example.test');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
create function pg_temp.ask() returns boolean language sql as $$
  select auth.require_session('00000000-0000-0000-0000-00000000000b',
                              '00000000-0000-0000-0000-00000000000a') $$;

select ok(pg_temp.ask(), 'a living session passes');
select ok(auth.require_session(null, null), 'an API key has none and passes');
select throws_ok($$ select auth.require_session(null, '00000000-0000-0000-0000-00000000000a') $$,
                 'PT401', null, 'a user without a session does not');
select throws_ok($$ select auth.require_session('00000000-0000-0000-0000-00000000000b',
                                                '00000000-0000-0000-0000-00000000000f') $$,
                 'PT401', null, 'nor does one with another''s');
update auth.users set banned_until = now() + interval '1 hour';
select throws_ok('select pg_temp.ask()', 'PT401', null, 'a ban ends it');
update auth.users set banned_until = null;
update auth.sessions set not_after = now();
select throws_ok('select pg_temp.ask()', 'PT401', null, 'so does its time');
update auth.sessions set not_after = null;
update auth.users set deleted_at = now();
select throws_ok('select pg_temp.ask()', 'PT401', null, 'and the end of its user');
select tests.as_anon();
select throws_ok($$ select auth.require_session(null, null) $$, '42501', null, 'anon may not call it');

select * from finish();
rollback;
