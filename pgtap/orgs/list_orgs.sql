begin;
select plan(5);

insert into orgs.orgs (id, name, slug)
values ('00000000-0000-0000-0000-000000000001', 'Zebra', 'zebra'),
       ('00000000-0000-0000-0000-000000000002', 'Acme', 'acme');
insert into orgs.members (org_id, user_id, role)
values ('00000000-0000-0000-0000-000000000001', tests.user('lo-ada'), 'org_admin'),
       ('00000000-0000-0000-0000-000000000002', tests.user('lo-ada'), 'viewer');
insert into orgs.user_roles (user_id, role) values (tests.user('lo-root'), 'superadmin');

select tests.as_user('lo-ada');
select is((select string_agg(concat(o ->> 'slug', ' ', o ->> 'role'), ', ')
             from orgs.list_orgs() l, jsonb_array_elements(l.body) o),
          'acme viewer, zebra org_admin', 'a user sees their organizations by name, and their role in each');
select is((select concat_ws(' ', l.status, l.body ->> 'slug')
             from orgs.list_orgs('00000000-0000-0000-0000-000000000001') l),
          '200 zebra', 'and one of them');
select tests.as_user('lo-eve');
select is((select l.body from orgs.list_orgs() l), '[]', 'others see none');
select is((select concat_ws(' ', l.status, l.body ->> 'code')
             from orgs.list_orgs('00000000-0000-0000-0000-000000000001') l),
          '404 org_not_found', 'and find none');
select tests.as_user('lo-root');
select is((select concat_ws(' ', l.status, l.body ->> 'slug', l.body ->> 'role')
             from orgs.list_orgs('00000000-0000-0000-0000-000000000001') l),
          '200 zebra', 'whoever may read all reads one without belonging to it');

select * from finish();
rollback;
