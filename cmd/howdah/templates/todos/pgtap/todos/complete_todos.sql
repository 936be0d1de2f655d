begin;
select plan(3);

select tests.user('ada'), tests.user('bob');
insert into public.todos (user_id, task) values
  (tests.user('ada'), 'buy milk'), (tests.user('ada'), 'sell milk'), (tests.user('ada'), 'read'), (tests.user('bob'), 'buy milk');

select tests.as_user('ada');
select is(public.complete_todos('%milk'), 2, 'it completes the caller''s that match');
select is(public.complete_todos(), 1, 'and without a pattern the rest');

select tests.as_owner();
select results_eq($$ select count(*)::int from public.todos where user_id = tests.user('bob') and is_complete $$, array[0],
                  'another''s stay open');

select * from finish();
rollback;
