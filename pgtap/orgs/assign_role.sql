-- define_role, assign_role and bootstrap_admin
begin;
select plan(11);

select ok((orgs.bootstrap_admin('ro-Root@example.test', '$argon2id$x') ->> 'created')::boolean, 'the first superadmin is made');
select results_eq($$ select u.encrypted_password, u.email_confirmed_at is not null from auth.users u where u.email = 'ro-root@example.test' $$, $$ values ('$argon2id$x', true) $$, 'with a password, confirmed');
select ok(not (orgs.bootstrap_admin('ro-root@example.test', null) ->> 'created')::boolean, 'once, and the password stays');
select tests.user('ro-eve');
create function pg_temp.define(_name text, _permissions text[]) returns text language sql as $$ select concat_ws(' ', d.status, d.body ->> 'code') from orgs.define_role(_name, null, _permissions) d $$;
create function pg_temp.assign(_name text, _role text, _granted boolean) returns text language sql as $$
  select concat_ws(' ', a.status, coalesce(a.body ->> 'code', a.body ->> 'roles')) from orgs.assign_role(tests.user(_name), _role, _granted) a $$;

select tests.as_user('ro-eve');
select is(pg_temp.define('mine', '{*}') || ', ' || pg_temp.assign('ro-eve', 'superadmin', true), '403 missing_permissions, 403 missing_permissions', 'a user defines and assigns nothing');
select throws_ok($$ select orgs.bootstrap_admin('ro-eve@example.test', null) $$, '42501', null, 'and is no superadmin by asking');
select tests.as_user('ro-root');
select is(pg_temp.define('auditor', '{reports:read}'), '200', 'a superadmin defines roles');
select is(pg_temp.define('viewer', '{*}'), '409 conflict', 'but leaves the built-in ones');
select is(pg_temp.define('auditor', '{everything}'), '400 validation_failed', 'of sound permissions');
select is(pg_temp.assign('ro-eve', 'auditor', true), '200 ["auditor"]', 'and assigns them');
select is(pg_temp.assign('ro-root', 'superadmin', false), '409 last_admin', 'the last one stays');
select is(pg_temp.define('auditor', null), '204', 'a role is deleted from whoever had it');

select * from finish();
rollback;
