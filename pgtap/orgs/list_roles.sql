begin;
select plan(3);

insert into orgs.roles (name, permissions) values ('auditor', '{reports:read}');
select tests.as_user('lr-ada');
select is((select string_agg(r ->> 'name', ' ')
             from orgs.list_roles() l, jsonb_array_elements(l.body) r
            where r ->> 'name' in ('auditor', 'operator', 'org_admin', 'superadmin', 'viewer')),
          'operator org_admin superadmin viewer auditor', 'the built-in ones come first');
select is((select r - 'description'
             from orgs.list_roles() l, jsonb_array_elements(l.body) r
            where r ->> 'name' = 'auditor'),
          '{"name": "auditor", "permissions": ["reports:read"], "built_in": false}',
          'each with what it allows');
select tests.as_anon();
select throws_ok('select orgs.list_roles()', '42501', null, 'for users');

select * from finish();
rollback;
