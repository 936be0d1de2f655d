begin;
select plan(2);

select tests.user('ada'), tests.user('bob');
insert into public.todos (user_id, task, is_complete) values
  (tests.user('ada'), 'one', true), (tests.user('ada'), 'two', false), (tests.user('bob'), 'three', true);

select tests.as_user('ada');
select results_eq('select total, complete from public.todo_counts', $$ values (2::bigint, 1::bigint) $$, 'the caller''s counts, and no other''s');

select tests.as_anon();
select throws_ok('select * from public.todo_counts', '42501', null, 'anon counts nothing');

select * from finish();
rollback;
