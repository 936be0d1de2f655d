begin;
select plan(4);

insert into orgs.orgs (id, name, slug) values ('00000000-0000-0000-0000-000000000001', 'Acme', 'acme');
insert into orgs.members (org_id, user_id, role)
values ('00000000-0000-0000-0000-000000000001', tests.user('mp-ada'), 'org_admin');
insert into orgs.user_roles (user_id, role) values (tests.user('mp-ada'), 'viewer');
create function pg_temp.mine(_org_id uuid default null) returns jsonb
  language sql as $$
  select m.body -> 'permissions' from orgs.my_permissions(_org_id) m $$;

select tests.as_user('mp-ada');
select is(pg_temp.mine(), '["*:read"]', 'everywhere, what roles that hold everywhere allow');
select is(pg_temp.mine('00000000-0000-0000-0000-000000000001'), '["*", "*:read"]',
          'within an organization, the role there as well');
select tests.as_user('mp-eve');
select is(pg_temp.mine('00000000-0000-0000-0000-000000000001'), '[]', 'a stranger may nothing');
select tests.as_anon();
select throws_ok('select orgs.my_permissions()', '42501', null, 'and nobody asks');

select * from finish();
rollback;
