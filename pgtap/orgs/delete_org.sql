begin;
select plan(5);

insert into orgs.orgs (id, name, slug) values ('00000000-0000-0000-0000-000000000001', 'Acme', 'acme');
insert into orgs.members (org_id, user_id, role)
values ('00000000-0000-0000-0000-000000000001', tests.user('do-ada'), 'org_admin'),
       ('00000000-0000-0000-0000-000000000001', tests.user('do-vic'), 'viewer');
create function pg_temp.drop_it() returns text
  language sql as $$
  select concat_ws(' ', d.status, d.body ->> 'code')
    from orgs.delete_org('00000000-0000-0000-0000-000000000001') d $$;

select tests.as_user('do-eve');
select is(pg_temp.drop_it(), '404 org_not_found', 'a stranger finds nothing');
select tests.as_user('do-vic');
select is(pg_temp.drop_it(), '403 missing_permissions', 'a viewer deletes nothing');
select tests.as_user('do-ada');
select is(pg_temp.drop_it(), '204', 'an administrator does');
select is(pg_temp.drop_it(), '404 org_not_found', 'once');
select tests.as_owner();
select is_empty($$ select from orgs.members where user_id in (tests.user('do-ada'), tests.user('do-vic')) $$,
                'and nobody belongs to it any more');

select * from finish();
rollback;
