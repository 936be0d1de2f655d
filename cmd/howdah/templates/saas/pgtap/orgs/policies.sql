begin;
select plan(10);

insert into organizations (id, name) values ('00000000-0000-0000-0000-000000000001', 'Weavers'), ('00000000-0000-0000-0000-000000000002', 'Builders');
insert into memberships (organization_id, user_id, role) values
  ('00000000-0000-0000-0000-000000000001', tests.user('ada'), 'owner'), ('00000000-0000-0000-0000-000000000001', tests.user('bob'), 'admin'),
  ('00000000-0000-0000-0000-000000000001', tests.user('cleo'), 'viewer'), ('00000000-0000-0000-0000-000000000002', tests.user('dora'), 'owner');
insert into projects (organization_id, name) values ('00000000-0000-0000-0000-000000000001', 'loom'), ('00000000-0000-0000-0000-000000000002', 'bridge');

select tests.as_user('cleo');
select results_eq('select name from projects', array['loom'], 'a viewer sees her organisation''s projects only');
select throws_ok($$ insert into projects (organization_id, name) values ('00000000-0000-0000-0000-000000000001', 'x') $$, '42501', null, 'and adds none');
select is_empty($$ update memberships set role = 'owner' where user_id = tests.user('cleo') returning 1 $$, 'nor does she promote herself');
select tests.as_user('bob');
select lives_ok($$ insert into projects (organization_id, name) values ('00000000-0000-0000-0000-000000000001', 'spindle') $$, 'an admin adds projects');
select throws_ok($$ insert into projects (organization_id, name) values ('00000000-0000-0000-0000-000000000002', 'spy') $$, '42501', null, 'but not to another organisation');
select throws_ok($$ update memberships set role = 'owner' where user_id = tests.user('bob') $$, '42501', null, 'an admin does not make himself owner');
select is_empty($$ delete from memberships where user_id = tests.user('ada') returning 1 $$, 'nor does he remove one');
select tests.as_user('ada');
select lives_ok($$ update memberships set role = 'member' where user_id = tests.user('cleo') $$, 'an owner promotes');
select tests.as_user('dora');
select results_eq('select name from organizations', array['Builders'], 'tenants do not see each other');
select tests.as_anon();
select throws_ok('select * from projects', '42501', null, 'without a user there is nothing to see');
select tests.as_owner();

select * from finish();
rollback;
