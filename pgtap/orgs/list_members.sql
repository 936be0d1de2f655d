begin;
select plan(4);

insert into orgs.orgs (id, name, slug) values ('00000000-0000-0000-0000-000000000001', 'Acme', 'acme');
insert into orgs.members (org_id, user_id, role, joined_at)
values ('00000000-0000-0000-0000-000000000001', tests.user('lm-ada'), 'org_admin', '2026-01-01Z'),
       ('00000000-0000-0000-0000-000000000001', tests.user('lm-vic'), 'viewer', '2026-01-02Z');
create function pg_temp.list(_limit int, _offset int) returns text language sql as $$
  select concat_ws(' ', l.status, l.body ->> 'code', case
    when l.status = 200 then (select string_agg(concat_ws(' as ', m ->> 'email', m ->> 'role'), ', ')
                                from jsonb_array_elements(l.body) m) end)
    from orgs.list_members('00000000-0000-0000-0000-000000000001', _limit, _offset) l $$;

select tests.as_user('lm-eve');
select is(pg_temp.list(10, 0), '404 org_not_found', 'a stranger finds nothing');
select tests.as_user('lm-vic');
select is(pg_temp.list(10, 0), '200 lm-ada@example.test as org_admin, lm-vic@example.test as viewer',
          'a member sees the members, oldest first');
select is(
  pg_temp.list(1, 1) || '; ' || pg_temp.list(10, -1),
  '200 lm-vic@example.test as viewer; 200 lm-ada@example.test as org_admin, lm-vic@example.test as viewer',
  'by pages');
select tests.as_user('lm-vic', '{"api_key_id": "k", "scopes": ["todos:read"]}');
select is(pg_temp.list(10, 0), '403 missing_permissions', 'an API key sees what its scopes say');

select * from finish();
rollback;
