begin;
select plan(4);

insert into orgs.orgs (id, name, slug)
values ('00000000-0000-0000-0000-000000000001', 'Acme', 'acme'),
       ('00000000-0000-0000-0000-000000000002', 'Other', 'other');
insert into orgs.members (org_id, user_id, role)
values ('00000000-0000-0000-0000-000000000001', tests.user('li-ada'), 'org_admin'),
       ('00000000-0000-0000-0000-000000000001', tests.user('li-vic'), 'viewer'),
       ('00000000-0000-0000-0000-000000000002', tests.user('li-ann'), 'org_admin');
insert into orgs.invites (org_id, email, role, token_hash, created_at, expires_at)
values ('00000000-0000-0000-0000-000000000001', 'li-new@example.test', 'operator',
        '\x01', '2026-01-02Z', '2026-01-08Z'),
       ('00000000-0000-0000-0000-000000000001', 'li-old@example.test', 'viewer',
        '\x02', '2026-01-01Z', '2026-01-07Z'),
       ('00000000-0000-0000-0000-000000000002', 'li-other@example.test', 'viewer',
        '\x03', '2026-01-01Z', '2026-01-07Z');
create function pg_temp.list(_now timestamptz) returns text language sql as $$
  select concat_ws(' ', l.status, l.body ->> 'code', case
    when l.status = 200 then (select string_agg(i ->> 'email', ' ') from jsonb_array_elements(l.body) i) end)
    from orgs.list_invites('00000000-0000-0000-0000-000000000001', _now) l $$;

select tests.as_user('li-vic');
select is(pg_temp.list('2026-01-02Z'), '403 missing_permissions', 'a viewer does not see who is invited');
select tests.as_user('li-ann');
select is(pg_temp.list('2026-01-02Z'), '404 org_not_found', 'nor does another organization''s administrator');
select tests.as_user('li-ada');
select is(pg_temp.list('2026-01-07Z'), '200 li-new@example.test', 'what is out shows until it expires');
select is((select l.body -> 0 ? 'token_hash'
             from orgs.list_invites('00000000-0000-0000-0000-000000000001', '2026-01-02Z') l),
          false, 'without its secret');

select * from finish();
rollback;
