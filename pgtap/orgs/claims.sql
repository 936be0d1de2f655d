begin;
select plan(3);

insert into orgs.orgs (id, name, slug) values ('00000000-0000-0000-0000-000000000001', 'Acme', 'acme');
select is(orgs.claims(tests.user('ada')), '{}', 'a user without roles has no claims of them');
insert into orgs.members (org_id, user_id, role)
values ('00000000-0000-0000-0000-000000000001', tests.user('ada'), 'viewer');
select is(orgs.claims(tests.user('ada')), '{"orgs": {"00000000-0000-0000-0000-000000000001": "viewer"}}',
          'a member has the organization''s');
insert into orgs.user_roles (user_id, role) values (tests.user('ada'), 'operator');
select is(orgs.claims(tests.user('ada')) - 'orgs',
          '{"roles": ["operator"], "permissions": ["*:read", "*:write", "*:delete"]}',
          'and roles that hold everywhere come with permissions');

select * from finish();
rollback;
