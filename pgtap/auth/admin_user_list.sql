begin;
select plan(4);
insert into auth.users (email, created_at, raw_user_meta_data)
values ('ada@example.test', '2026-01-01Z', '{"full_name": "Ada 100%"}'),
       ('bob@example.test', '2026-01-02Z', '{}'),
       ('cleo@example.test', '2026-01-03Z', '{}');
select results_eq(
  $$ select l.total, array(select u ->> 'email' from jsonb_array_elements(l.body -> 'users') u)
       from auth.admin_user_list(1, 2, '') l $$,
  $$ values (3::bigint, array['cleo@example.test', 'bob@example.test']) $$, 'newest first, a page at a time');
select results_eq($$ select body #>> '{users,0,email}' from auth.admin_user_list(2, 2, null) $$,
                  array['ada@example.test'], 'the next page');
select results_eq($$ select total from auth.admin_user_list(1, 50, 'aDa 100%') $$, array[1::bigint],
                  'a search takes text as it is');
select tests.as_anon();
select throws_ok($$ select auth.admin_user_list(1, 1, '') $$, '42501', null, 'anon may not call it');
select * from finish();
rollback;
