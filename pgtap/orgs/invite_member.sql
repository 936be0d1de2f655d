-- An invite from the mail to the member.
begin;
select plan(10);

insert into orgs.orgs (id, name, slug) values ('00000000-0000-0000-0000-000000000001', 'Acme', 'acme');
insert into orgs.members (org_id, user_id, role) values ('00000000-0000-0000-0000-000000000001', tests.user('iv-ada'), 'org_admin'), ('00000000-0000-0000-0000-000000000001', tests.user('iv-vic'), 'viewer');
select tests.user('iv-bob');
create function pg_temp.invite(_role text, _hash bytea, _email text default 'IV-Bob@example.test') returns text language sql as $$
  select concat_ws(' ', i.status, coalesce(i.body ->> 'code', i.body ->> 'email'))
    from orgs.invite_member('00000000-0000-0000-0000-000000000001', _email, _role, _hash, '\xee', 'http://app.test', '2026-01-01Z') i $$;
create function pg_temp.accept(_hash bytea, _now timestamptz default '2026-01-02Z') returns text language sql as $$
  select concat_ws(' ', a.status, coalesce(a.body ->> 'code', a.body ->> 'role')) from orgs.accept_invite(_hash, _now) a $$;

select tests.as_user('iv-vic');
select is(pg_temp.invite('viewer', '\x01'), '403 missing_permissions', 'a viewer invites nobody');
select tests.as_user('iv-ada');
select is(pg_temp.invite('superadmin', '\x01'), '400 validation_failed', 'nobody is invited as superadmin');
select is(pg_temp.invite('viewer', '\x01', 'nobody'), '400 validation_failed', 'nor without an address');
select is(pg_temp.invite('viewer', '\x01'), '201 iv-bob@example.test', 'an administrator invites');
select is(pg_temp.invite('operator', '\x02'), '201 iv-bob@example.test', 'again, in its place');
select is((select concat_ws(' ', jsonb_array_length(l.body), l.body -> 0 ->> 'role', l.body -> 0 ? 'token_hash') from orgs.list_invites('00000000-0000-0000-0000-000000000001', '2026-01-02Z') l),
          '1 operator f', 'one is out, and its secret does not show');
select tests.as_user('iv-bob');
select is(pg_temp.accept('\x02'), '404 invite_not_found', 'an address that is not confirmed is nobody''s');
select tests.as_owner();
update auth.users set email_confirmed_at = '2026-01-01Z' where email = 'iv-bob@example.test';
select tests.as_user('iv-bob');
select is(pg_temp.accept('\x02', '2026-01-08Z'), '404 invite_not_found', 'an invite expires');
select is(pg_temp.accept('\x02'), '200 operator', 'its owner joins');
select is(pg_temp.accept('\x02'), '404 invite_not_found', 'once');

select * from finish();
rollback;
