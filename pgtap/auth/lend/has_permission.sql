begin;
select plan(12);

insert into orgs.orgs (id, name, slug)
values ('00000000-0000-0000-0000-000000000001', 'Acme', 'acme'),
       ('00000000-0000-0000-0000-000000000002', 'Other', 'other');
insert into orgs.members (org_id, user_id, role)
values ('00000000-0000-0000-0000-000000000001', tests.user('hp-ada'), 'operator'),
       ('00000000-0000-0000-0000-000000000002', tests.user('hp-bob'), 'org_admin');
insert into orgs.user_roles (user_id, role) values (tests.user('hp-root'), 'superadmin');

select tests.as_user('hp-ada');
select ok(auth.has_permission('todos:write', '00000000-0000-0000-0000-000000000001'),
          'a role allows what its wildcards cover');
select ok(not auth.has_permission('members:manage', '00000000-0000-0000-0000-000000000001'),
          'and nothing else');
select ok(not auth.has_permission('todos:write', '00000000-0000-0000-0000-000000000002'),
          'in its organization');
select ok(not auth.has_permission('todos:write'), 'and not beyond');
select ok(not auth.has_permission(null, '00000000-0000-0000-0000-000000000001'),
          'nothing wanted is nothing allowed');
select ok(not auth.has_permission('todos:write', null), 'no organization is no role there');
select tests.as_user('hp-bob');
select ok(auth.has_permission('orgs:manage', '00000000-0000-0000-0000-000000000002'),
          'an administrator may all');
select ok(not auth.has_permission('orgs:manage', '00000000-0000-0000-0000-000000000001'), 'of their own');
select tests.as_user('hp-root');
select ok(auth.has_permission('orgs:manage', '00000000-0000-0000-0000-000000000001')
          and auth.has_permission('roles:manage'),
          'a superadmin may all everywhere');
select tests.as_user('hp-root',
                     '{"api_key_id": "00000000-0000-0000-0000-000000000009", "scopes": ["todos:read"]}');
select ok(auth.has_permission('todos:read') and not auth.has_permission('todos:write'),
          'but not more by a key than its scopes');
select tests.as_anon();
select ok(not auth.has_permission('todos:read'), 'nobody may nothing');
select tests.as_user('hp-root',
                     '{"permissions": ["*"], "roles": ["superadmin"],
                       "sub": "00000000-0000-0000-0000-0000000000ff"}');
select ok(not auth.has_permission('todos:read'), 'what a token says of roles does not count');

select * from finish();
rollback;
