begin;
select plan(2);

insert into organizations (id, name) values ('00000000-0000-0000-0000-000000000001', 'Weavers');
insert into memberships (organization_id, user_id, role) values ('00000000-0000-0000-0000-000000000001', tests.user('ada'), 'member');
select tests.as_user('ada');
select isnt_empty('select private.my_orgs()', 'a member is in her organisation');
select is_empty($$ select private.my_orgs('admin') $$, 'but is no admin there');
select tests.as_owner();

select * from finish();
rollback;
