begin;
select plan(4);
insert into auth.sessions (id, user_id) values ('00000000-0000-0000-0000-00000000000b', tests.user('ada'));
insert into auth.sessions (id, user_id, created_at)
values ('00000000-0000-0000-0000-00000000000c', tests.user('ada'), now() - interval '1 hour');
select results_eq($$ select (auth.cookie_begin('00000000-0000-0000-0000-00000000000b', 'one', '{}')).status,
                            (auth.cookie_begin('00000000-0000-0000-0000-00000000000b',
                                               'two', '{}')).status $$,
                  $$ values (200, 403) $$, 'a session moves into a cookie once');
select results_eq($$ select cookie_hash, not_after > now(), refresh_counter
                       from auth.sessions
                      where id = '00000000-0000-0000-0000-00000000000b' $$,
                  $$ values ('one'::bytea, true, 1::bigint) $$,
                  'ends with it, and its refresh token is spent');
select results_eq($$ select (auth.cookie_begin('00000000-0000-0000-0000-00000000000c',
                                               'three', '{}')).status $$,
                  array[403], 'one that is old does not');
select tests.as_anon();
select throws_ok($$ select auth.cookie_begin(null, null, '{}') $$, '42501', null, 'anon may not call it');
select * from finish();
rollback;
