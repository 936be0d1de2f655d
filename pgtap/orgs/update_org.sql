begin;
select plan(6);

insert into orgs.orgs (id, name, slug) values ('00000000-0000-0000-0000-000000000001', 'Acme', 'acme');
insert into orgs.members (org_id, user_id, role)
values ('00000000-0000-0000-0000-000000000001', tests.user('uo-ada'), 'org_admin'),
       ('00000000-0000-0000-0000-000000000001', tests.user('uo-vic'), 'viewer');
create function pg_temp.change(_name text, _metadata jsonb default null) returns text language sql as $$
  select concat_ws(' ', u.status, coalesce(u.body ->> 'code', concat_ws(
    ' ', u.body ->> 'name', u.body ->> 'slug', u.body ->> 'metadata')))
    from orgs.update_org('00000000-0000-0000-0000-000000000001', _name, _metadata) u $$;

select tests.as_user('uo-eve');
select is(pg_temp.change('x'), '404 org_not_found', 'a stranger finds nothing');
select tests.as_user('uo-vic');
select is(pg_temp.change('x'), '403 missing_permissions', 'a viewer changes nothing');
select tests.as_user('uo-ada');
select is(pg_temp.change(' Acme Corp '), '200 Acme Corp acme {}',
          'an administrator renames, and the slug stays');
select is(pg_temp.change(null, '{"plan": "free"}'), '200 Acme Corp acme {"plan": "free"}',
          'what is not given stays');
select is(pg_temp.change('') || ', ' || pg_temp.change(repeat('x', 201)),
          '400 validation_failed, 400 validation_failed', 'a name is one');
select is(pg_temp.change(null, '[]'), '400 validation_failed', 'metadata is an object');

select * from finish();
rollback;
