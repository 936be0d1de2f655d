begin;
select plan(7);

create temporary table s as
  select (body ->> 'id')::uuid as id from webhooks.subscribe('{*}', 'https://a.test/', _secret => '\xaa');
create temporary table d as select (t.body #>> '{deliveries,0}')::bigint as id from webhooks.test_fire('a') t;
select results_eq('select r.status, r.body ->> ''secret_version'' from s, webhooks.rotate_secret(s.id, ''1 hour'', _now => ''2026-01-01 00:00Z'') r',
                  $$ values (200, '2') $$, 'a secret rotates');
select results_eq('select b.secret_version, b.secret, b.previous_version, b.previous_secret from d, webhooks.begin_delivery(d.id, ''2026-01-01 00:59Z'') b',
                  $$ values (2, null::bytea, 1, '\xaa'::bytea) $$, 'in the window both sign');
select results_eq('select b.secret_version, b.previous_version, b.previous_secret from d, webhooks.begin_delivery(d.id, ''2026-01-01 01:00Z'') b',
                  $$ values (2, null::int, null::bytea) $$, 'after it the new one does alone');
select results_eq('select r.body ->> ''secret_version'' from s, webhooks.rotate_secret(s.id, ''0'', _now => ''2026-01-01 00:30Z'') r',
                  array['3'], 'a leaked one may go at once');
select results_eq('select b.secret_version, b.previous_version from d, webhooks.begin_delivery(d.id, ''2026-01-01 00:30Z'') b',
                  $$ values (3, null::int) $$, 'and no old one signs');
select results_eq($$ select status, body ->> 'code'
                       from webhooks.rotate_secret(gen_random_uuid(), '31 days') $$,
                  $$ values (400, 'invalid_window') $$, 'a window has an end');
select tests.as_user('ada');
select throws_ok('select webhooks.rotate_secret(gen_random_uuid())', '42501', null, 'users rotate none');

select * from finish();
rollback;
