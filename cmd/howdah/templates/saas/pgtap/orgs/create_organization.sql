begin;
select plan(2);

select tests.as_user('ada');
select isnt(public.create_organization('Weavers'), null, 'an organisation has an id');
select results_eq('select user_id, role::text from memberships', format('values (%L::uuid, %L)', tests.user('ada'), 'owner'), 'and is owned by who made it');
select tests.as_owner();

select * from finish();
rollback;
