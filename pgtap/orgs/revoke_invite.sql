begin;
select plan(6);

insert into orgs.orgs (id, name, slug)
values ('00000000-0000-0000-0000-000000000001', 'Acme', 'acme'),
       ('00000000-0000-0000-0000-000000000002', 'Other', 'other');
insert into orgs.members (org_id, user_id, role)
values ('00000000-0000-0000-0000-000000000001', tests.user('ri-ada'), 'org_admin'),
       ('00000000-0000-0000-0000-000000000001', tests.user('ri-vic'), 'viewer'),
       ('00000000-0000-0000-0000-000000000002', tests.user('ri-ann'), 'org_admin');
insert into orgs.invites (id, org_id, email, role, token_hash, expires_at)
values ('00000000-0000-0000-0000-0000000000e1', '00000000-0000-0000-0000-000000000001',
        'ri-bob@example.test', 'viewer', '\x01', now() + interval '1 day');
create function pg_temp.revoke(_org_id uuid) returns text language sql as $$
  select concat_ws(' ', r.status, r.body ->> 'code')
    from orgs.revoke_invite(_org_id, '00000000-0000-0000-0000-0000000000e1') r $$;

select tests.as_user('ri-vic');
select is(pg_temp.revoke('00000000-0000-0000-0000-000000000001'), '403 missing_permissions',
          'a viewer takes nothing back');
select tests.as_user('ri-ann');
select is(pg_temp.revoke('00000000-0000-0000-0000-000000000001'), '404 org_not_found',
          'nor does a stranger, who is told nothing');
select is(pg_temp.revoke('00000000-0000-0000-0000-000000000002'), '404 invite_not_found',
          'nor an administrator of another organization');
select tests.as_user('ri-ada');
select is(pg_temp.revoke('00000000-0000-0000-0000-000000000001'), '204', 'an administrator does');
select is(pg_temp.revoke('00000000-0000-0000-0000-000000000001'), '404 invite_not_found', 'once');
select tests.as_anon();
select throws_ok($$ select orgs.revoke_invite(null, null) $$, '42501', null,
                 'anonymous callers do not reach it');

select * from finish();
rollback;
