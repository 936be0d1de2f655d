begin;
select plan(8);

insert into orgs.roles (name, permissions)
values ('keeper', '{roles:manage,reports:read}'), ('auditor', '{reports:read}');
delete from orgs.user_roles where role = 'superadmin';
insert into orgs.user_roles (user_id, role)
values (tests.user('ro-root'), 'superadmin'), (tests.user('ro-kim'), 'keeper');
select tests.user('ro-eve');
create function pg_temp.assign(_name text, _role text, _granted boolean) returns text language sql as $$
  select concat_ws(' ', a.status, coalesce(a.body ->> 'code', a.body ->> 'roles'))
    from orgs.assign_role(tests.user(_name), _role, _granted) a $$;

select tests.as_user('ro-eve');
select is(pg_temp.assign('ro-eve', 'superadmin', true), '403 missing_permissions', 'a user assigns nothing');
select tests.as_user('ro-kim');
select is(pg_temp.assign('ro-kim', 'org_admin', true) || ', ' || pg_temp.assign('ro-kim', 'superadmin', true),
          '403 missing_permissions, 403 missing_permissions',
          'nobody assigns more than they have, by whatever name');
select is(pg_temp.assign('ro-eve', 'auditor', true), '200 ["auditor"]', 'what they have they assign');
select tests.as_user('ro-root', '{"api_key_id": "k", "scopes": ["roles:manage"]}');
select is(pg_temp.assign('ro-eve', 'operator', true), '403 missing_permissions',
          'an API key hands out no more than it may itself');
select tests.as_user('ro-root');
select is(pg_temp.assign('ro-eve', 'operator', true), '200 ["auditor", "operator"]',
          'a superadmin assigns any');
select is(pg_temp.assign('ro-eve', 'emperor', true), '404 not_found', 'that there is');
select is(pg_temp.assign('ro-root', 'superadmin', false), '409 last_admin', 'the last one stays');
select is(pg_temp.assign('ro-eve', 'auditor', false), '200 ["operator"]', 'a role is taken back');

select * from finish();
rollback;
