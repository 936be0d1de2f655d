begin;
select plan(3);

select tests.as_user('ada');
create temporary table at as select public.create_organization('Weavers') as id;
grant select on at to public;
select throws_ok('delete from memberships', 'PT409', null, 'the last owner cannot leave');
select throws_ok($$ update memberships set role = 'admin' $$, 'PT409', null, 'nor step down');
insert into memberships (organization_id, user_id, role) select id, tests.user('bob'), 'owner' from at;
select lives_ok($$ delete from memberships where user_id = tests.user('ada') $$, 'with another owner she can');
select tests.as_owner();

select * from finish();
rollback;
