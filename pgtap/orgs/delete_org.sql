-- list_members, update_org and delete_org, by who may what
begin;
select plan(7);

insert into orgs.orgs (id, name, slug) values ('00000000-0000-0000-0000-000000000001', 'Acme', 'acme');
insert into orgs.members (org_id, user_id, role) values ('00000000-0000-0000-0000-000000000001', tests.user('do-ada'), 'org_admin'), ('00000000-0000-0000-0000-000000000001', tests.user('do-vic'), 'viewer');
create function pg_temp.rename(_name text) returns text language sql as $$
  select concat_ws(' ', u.status, coalesce(u.body ->> 'code', u.body ->> 'name')) from orgs.update_org('00000000-0000-0000-0000-000000000001', _name, null) u $$;
create function pg_temp.drop_it() returns text language sql as $$ select concat_ws(' ', d.status, d.body ->> 'code') from orgs.delete_org('00000000-0000-0000-0000-000000000001') d $$;

select tests.as_user('do-eve');
select is(pg_temp.rename('x') || ', ' || pg_temp.drop_it(), '404 org_not_found, 404 org_not_found', 'a stranger finds nothing');
select tests.as_user('do-vic');
select is(pg_temp.rename('x') || ', ' || pg_temp.drop_it(), '403 missing_permissions, 403 missing_permissions', 'a viewer changes nothing');
select is((select jsonb_array_length(l.body) from orgs.list_members('00000000-0000-0000-0000-000000000001') l), 2, 'but sees the members');
select tests.as_user('do-ada');
select is(pg_temp.rename(' Acme Corp '), '200 Acme Corp', 'an administrator renames');
select is(pg_temp.rename(''), '400 validation_failed', 'to a name');
select is((select body -> 'permissions' from orgs.my_permissions('00000000-0000-0000-0000-000000000001')), '["*"]', 'and knows what they may');
select is(pg_temp.drop_it(), '204', 'and deletes');

select * from finish();
rollback;
