begin;
select plan(13);

insert into orgs.orgs (id, name, slug) values ('00000000-0000-0000-0000-000000000001', 'Acme', 'acme');
insert into orgs.roles (name, permissions) values ('lead', '{members:manage,members:read}');
insert into orgs.members (org_id, user_id, role)
values ('00000000-0000-0000-0000-000000000001', tests.user('sr-ada'), 'org_admin'),
       ('00000000-0000-0000-0000-000000000001', tests.user('sr-lea'), 'lead'),
       ('00000000-0000-0000-0000-000000000001', tests.user('sr-bob'), 'viewer'),
       ('00000000-0000-0000-0000-000000000001', tests.user('sr-kim'), 'lead');
create function pg_temp.give(_name text, _role text) returns text language sql as $$
  select concat_ws(' ', s.status, s.body ->> 'code')
    from orgs.set_role('00000000-0000-0000-0000-000000000001', tests.user(_name), _role) s $$;

select tests.as_user('sr-eve');
select is(pg_temp.give('sr-bob', 'org_admin'), '404 org_not_found', 'a stranger finds nothing');
select tests.as_user('sr-bob');
select is(pg_temp.give('sr-bob', 'org_admin'), '403 missing_permissions', 'a viewer gives no roles');
select tests.as_user('sr-lea');
select is(pg_temp.give('sr-kim', 'org_admin'), '403 missing_permissions', 'nobody gives more than they have');
select is(pg_temp.give('sr-ada', null), '403 missing_permissions', 'nor takes more');
select is(pg_temp.give('sr-kim', null), '204', 'one''s like may go');
select tests.as_user('sr-ada');
select is(pg_temp.give('sr-bob', 'superadmin'), '400 validation_failed',
          'superadmin is no role within organizations');
select is(pg_temp.give('sr-bob', 'operator'), '200', 'an administrator gives roles');
select is(pg_temp.give('sr-eve', 'viewer'), '404 member_not_found', 'to members');
select is(pg_temp.give('sr-ada', 'viewer'), '409 last_admin', 'and stays one while alone');
select tests.as_user('sr-ada', '{"api_key_id": "k", "scopes": ["members:manage"]}');
select is(pg_temp.give('sr-bob', 'org_admin'), '403 missing_permissions',
          'an API key gives no more than it may itself');
select tests.as_owner();
insert into orgs.invites (org_id, email, role, token_hash, invited_by, expires_at)
select '00000000-0000-0000-0000-000000000001', i.name || '@example.test', 'viewer',
       i.name::bytea, tests.user(i.name), now() + interval '1 day'
  from unnest(array['sr-lea', 'sr-ada']) as i (name);
select tests.as_user('sr-ada');
select is(pg_temp.give('sr-lea', null), '204', 'a member goes');
select tests.as_service();
select results_eq('select i.email from orgs.invites i', array['sr-ada@example.test'],
                  'and with them whom they invited, be it themselves');
select tests.as_user('sr-bob');
select is(pg_temp.give('sr-bob', null), '204', 'whoever wants may leave');

select * from finish();
rollback;
