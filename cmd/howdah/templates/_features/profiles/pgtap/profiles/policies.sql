begin;
select plan(4);

select tests.user('bob');
select tests.as_user('ada');
select lives_ok($$ insert into profiles (handle) values ('ada') $$, 'a user makes her profile');
select throws_ok($$ insert into profiles (user_id, handle) values (tests.user('bob'), 'bob') $$, '42501', null, 'but not another''s');
select tests.as_user('bob');
select is_empty($$ update profiles set name = 'x' returning 1 $$, 'nor does he change hers');
select tests.as_anon();
select results_eq('select handle from profiles', array['ada'], 'everybody reads it');
select tests.as_owner();

select * from finish();
rollback;
