begin;
select plan(5);
insert into auth.sessions (user_id, cookie_hash, not_after)
values (tests.user('ada'), 'cookie', '2026-01-02Z');
select results_eq($$ select status, claims ->> 'sub' = tests.user('ada')::text
                       from auth.cookie_session('cookie', null, null, '{}', '2026-01-01Z') $$,
                  $$ values (200, true) $$, 'a cookie stands for its session');
select results_eq($$ select status from auth.cookie_session('other', null, null, '{}', '2026-01-01Z')
                     union all
                     select status from auth.cookie_session(null, null, null, '{}') $$,
                  array[401, 401], 'another for none');
select results_eq($$ select status from auth.cookie_session('cookie', null, null, '{}', '2026-01-03Z') $$,
                  array[401], 'it ends');
update auth.users set banned_until = 'infinity';
select results_eq($$ select status from auth.cookie_session('cookie', null, null, '{}', '2026-01-01Z') $$,
                  array[403], 'a ban holds for cookies too');
select tests.as_anon();
select throws_ok($$ select auth.cookie_session(null, null, null, '{}') $$, '42501', null,
                 'anon may not call it');
select * from finish();
rollback;
