begin;
select plan(8);

select tests.user('ada'), tests.user('bob');
insert into public.todos (user_id, task) values (tests.user('ada'), 'weave'), (tests.user('bob'), 'build');

select tests.as_user('ada');
select results_eq('select task from public.todos', array['weave'], 'a user sees her own todos only');
select lives_ok($$ insert into public.todos (task) values ('spin') $$, 'she adds her own');
select throws_ok($$ insert into public.todos (user_id, task) values (tests.user('bob'), 'spy') $$, '42501', null,
                 'she cannot add one in another''s name');
select is_empty($$ update public.todos set task = 'mine' where task = 'build' returning 1 $$, 'she cannot change another''s');
select is_empty($$ delete from public.todos where task = 'build' returning 1 $$, 'she cannot delete another''s');
select throws_ok($$ update public.todos set user_id = tests.user('bob') $$, '42501', null, 'she cannot give hers away');

select tests.as_user('cleo');
select is_empty('select * from public.todos', 'a stranger sees nothing');

select tests.as_anon();
select throws_ok('select * from public.todos', '42501', null, 'without a user there is nothing to see');

select * from finish();
rollback;
