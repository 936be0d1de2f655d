begin;
select plan(10);

insert into orgs.orgs (id, name, slug) values ('00000000-0000-0000-0000-000000000001', 'Acme', 'acme');
insert into orgs.roles (name, permissions) values ('lead', '{members:manage,members:read}');
insert into orgs.members (org_id, user_id, role) values ('00000000-0000-0000-0000-000000000001', tests.user('sr-ada'), 'org_admin'), ('00000000-0000-0000-0000-000000000001', tests.user('sr-lea'), 'lead'),
  ('00000000-0000-0000-0000-000000000001', tests.user('sr-bob'), 'viewer'), ('00000000-0000-0000-0000-000000000001', tests.user('sr-kim'), 'lead');
create function pg_temp.give(_name text, _role text) returns text language sql as $$
  select concat_ws(' ', s.status, s.body ->> 'code') from orgs.set_role('00000000-0000-0000-0000-000000000001', tests.user(_name), _role) s $$;

select tests.as_user('sr-eve');
select is(pg_temp.give('sr-bob', 'org_admin'), '404 org_not_found', 'a stranger finds nothing');
select tests.as_user('sr-bob');
select is(pg_temp.give('sr-bob', 'org_admin'), '403 missing_permissions', 'a viewer gives no roles');
select tests.as_user('sr-lea');
select is(pg_temp.give('sr-kim', 'org_admin'), '403 missing_permissions', 'nobody gives more than they have');
select is(pg_temp.give('sr-ada', null), '403 missing_permissions', 'nor takes more');
select is(pg_temp.give('sr-kim', null), '204', 'one''s like may go');
select tests.as_user('sr-ada');
select is(pg_temp.give('sr-bob', 'superadmin'), '400 validation_failed', 'superadmin is no role within organizations');
select is(pg_temp.give('sr-bob', 'operator'), '200', 'an administrator gives roles');
select is(pg_temp.give('sr-eve', 'viewer'), '404 member_not_found', 'to members');
select is(pg_temp.give('sr-ada', 'viewer'), '409 last_admin', 'and stays one while alone');
select tests.as_user('sr-bob');
select is(pg_temp.give('sr-bob', null), '204', 'whoever wants may leave');

select * from finish();
rollback;
