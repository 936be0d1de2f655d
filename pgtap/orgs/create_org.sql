begin;
select plan(8);

select tests.as_anon();
select throws_ok($$ select orgs.create_org('Acme', null) $$, '42501', null, 'nobody makes none');
select tests.as_user('co-ada', '{"is_anonymous": true}');
select is((select concat_ws(' ', status, body ->> 'code') from orgs.create_org('Acme', null)), '403 forbidden', 'nor does an anonymous user');
select tests.as_user('co-ada');
select is((select concat_ws(' ', status, body ->> 'slug', body ->> 'role') from orgs.create_org(' Acme, Inc. ', null)), '201 acme-inc org_admin', 'whoever makes one administers it');
select is((select concat_ws(' ', status, body ->> 'code') from orgs.create_org('Other', 'ACME-inc')), '409 org_exists', 'a slug is used once');
select is((select concat_ws(' ', status, body ->> 'code') from orgs.create_org('Ä', null)), '400 validation_failed', 'a name that makes no slug needs one');
select is((select jsonb_array_length(body) from orgs.list_orgs()), 1, 'it is listed');
select tests.as_user('co-eve');
select is((select body from orgs.list_orgs()), '[]', 'for its members');
select is((select concat_ws(' ', status, body ->> 'code') from orgs.list_orgs(gen_random_uuid())), '404 org_not_found', 'and others find none');

select * from finish();
rollback;
