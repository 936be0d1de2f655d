begin;
select plan(5);

insert into orgs.orgs (id, name, slug)
values ('00000000-0000-0000-0000-000000000001', 'Acme', 'acme'),
       ('00000000-0000-0000-0000-000000000002', 'Other', 'other');
insert into orgs.members (org_id, user_id, role)
values ('00000000-0000-0000-0000-000000000001', tests.user('po-ada'), 'org_admin');
insert into orgs.user_roles (user_id, role) values (tests.user('po-ada'), 'viewer');

select is(orgs.permissions_of(tests.user('po-ada')), '{*:read}',
          'a role in an organization does not reach beyond it');
select set_eq($$ select unnest(orgs.permissions_of(tests.user('po-ada'),
                                                   '00000000-0000-0000-0000-000000000001')) $$,
              array['*', '*:read'], 'within it, it adds to those that hold everywhere');
select is(orgs.permissions_of(tests.user('po-ada'), '00000000-0000-0000-0000-000000000002'), '{*:read}',
          'not in another');
select is(orgs.permissions_of(null, '00000000-0000-0000-0000-000000000001'), '{}', 'nobody may nothing');
select tests.as_user('po-ada');
select throws_ok($$ select orgs.permissions_of(null) $$, '42501', null, 'it is no user''s to ask of others');

select * from finish();
rollback;
