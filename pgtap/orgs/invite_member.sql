begin;
select plan(6);

insert into orgs.orgs (id, name, slug) values ('00000000-0000-0000-0000-000000000001', 'Acme', 'acme');
insert into orgs.members (org_id, user_id, role)
values ('00000000-0000-0000-0000-000000000001', tests.user('iv-ada'), 'org_admin'),
       ('00000000-0000-0000-0000-000000000001', tests.user('iv-vic'), 'viewer');
create function pg_temp.invite(_role text, _hash bytea, _email text default 'IV-Bob@example.test')
  returns text language sql as $$
  select concat_ws(' ', i.status, coalesce(i.body ->> 'code', i.body ->> 'email'))
    from orgs.invite_member('00000000-0000-0000-0000-000000000001', _email, _role, _hash,
                            '\xee', 'http://app.test', '2026-01-01Z') i $$;

select tests.as_user('iv-vic');
select is(pg_temp.invite('viewer', '\x01'), '403 missing_permissions', 'a viewer invites nobody');
select tests.as_user('iv-ada');
select is(pg_temp.invite('superadmin', '\x01'), '400 validation_failed', 'nobody is invited as superadmin');
select is(pg_temp.invite('viewer', '\x01', 'nobody'), '400 validation_failed', 'nor without an address');
select is(pg_temp.invite('viewer', '\x01'), '201 iv-bob@example.test', 'an administrator invites');
select is(pg_temp.invite('operator', '\x02'), '201 iv-bob@example.test', 'again, in its place');
select is((select concat_ws(' ', jsonb_array_length(l.body), l.body -> 0 ->> 'role',
                            l.body -> 0 ? 'token_hash')
             from orgs.list_invites('00000000-0000-0000-0000-000000000001', '2026-01-02Z') l),
          '1 operator f', 'one is out, and its secret does not show');

select * from finish();
rollback;
