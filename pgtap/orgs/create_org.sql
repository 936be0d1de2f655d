begin;
select plan(5);

select tests.as_anon();
select throws_ok($$ select orgs.create_org('Acme', null) $$, '42501', null, 'nobody makes none');
select tests.as_user('co-ada', '{"is_anonymous": true}');
select is((select concat_ws(' ', status, body ->> 'code') from orgs.create_org('Acme', null)),
          '403 forbidden', 'nor does an anonymous user');
select tests.as_user('co-ada');
select is((select concat_ws(' ', status, body ->> 'slug', body ->> 'role')
             from orgs.create_org(' Acme, Inc. ', null)),
          '201 acme-inc org_admin', 'whoever makes one administers it');
select is((select concat_ws(' ', status, body ->> 'code') from orgs.create_org('Other', 'ACME-inc')),
          '409 org_exists', 'a slug is used once');
select is((select concat_ws(' ', status, body ->> 'code') from orgs.create_org('Ä', null)),
          '400 validation_failed', 'a name that makes no slug needs one');

select * from finish();
rollback;
