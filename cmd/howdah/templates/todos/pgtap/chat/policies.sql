begin;
select plan(5);

select tests.user('ada'), tests.user('bob');
insert into public.chat_messages (user_id, author, body) values (tests.user('ada'), 'Ada', 'Is anybody here?');

select tests.as_user('ada');
select results_eq('select body from public.chat_messages', array['Is anybody here?'], 'who is signed in reads what was said');
select lives_ok($$ insert into public.chat_messages (author, body) values ('Ada', 'Hello!') $$, 'and speaks');
select throws_ok($$ insert into public.chat_messages (user_id, author, body) values (tests.user('bob'), 'Bob', 'I am Bob') $$, '42501', null,
                 'but not in another''s name');

select tests.as_user('cleo');
select isnt_empty('select body from public.chat_messages', 'a stranger who is signed in reads, too');

select tests.as_anon();
select throws_ok('select * from public.chat_messages', '42501', null, 'nobody else hears anything');

select * from finish();
rollback;
