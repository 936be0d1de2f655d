begin;
select plan(3);
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', tests.user('ada')),
       (gen_random_uuid(), tests.user('ada')),
       (gen_random_uuid(), tests.user('bob'));
select results_eq(
  $$ select jsonb_array_length(body),
            (select count(*)::int from jsonb_array_elements(body) s where s -> 'current' = 'true')
       from auth.session_list(tests.user('ada'), '00000000-0000-0000-0000-00000000000b') $$,
  $$ values (2, 1) $$, 'the caller''s sessions, one of them this');
select results_eq($$ select status
                       from auth.session_list(tests.user('bob'), '00000000-0000-0000-0000-00000000000b') $$,
                  array[403], 'a stranger''s session opens nothing');
select tests.as_anon();
select throws_ok($$ select auth.session_list(null, null) $$, '42501', null, 'anon may not call it');
select * from finish();
rollback;
