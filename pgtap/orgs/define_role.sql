begin;
select plan(9);

insert into orgs.roles (name, permissions) values ('keeper', '{roles:manage,reports:read}');
insert into orgs.user_roles (user_id, role)
values (tests.user('dr-root'), 'superadmin'), (tests.user('dr-kim'), 'keeper');
create function pg_temp.define(_name text, _permissions text[]) returns text language sql as $$
  select concat_ws(' ', d.status, d.body ->> 'code') from orgs.define_role(_name, null, _permissions) d $$;

select tests.as_user('dr-eve');
select is(pg_temp.define('mine', '{*}'), '403 missing_permissions', 'a user defines nothing');
select tests.as_user('dr-kim');
select is(pg_temp.define('mine', '{*}') || ', ' || pg_temp.define('keeper', '{*}'),
          '403 missing_permissions, 403 missing_permissions', 'nobody defines a role beyond what they have');
select is(pg_temp.define('reader', '{reports:read}'), '200', 'within it, a role is defined');
select tests.as_user('dr-root');
select is(pg_temp.define('reader', '{reports:read,reports:write}'), '200', 'and changed');
select is(pg_temp.define('viewer', '{*}'), '409 conflict', 'the built-in ones stay as they are');
select is(pg_temp.define('reader', '{everything}') || ', ' || pg_temp.define('Reader', '{a:b}'),
          '400 validation_failed, 400 validation_failed', 'names and permissions are sound');
select tests.as_user('dr-kim');
select is(pg_temp.define('reader', null), '403 missing_permissions', 'nobody takes more than they have');
select tests.as_user('dr-root');
select is(pg_temp.define('reader', null), '204', 'a role is deleted');
select is(pg_temp.define('reader', null), '404 role_not_found', 'once');

select * from finish();
rollback;
