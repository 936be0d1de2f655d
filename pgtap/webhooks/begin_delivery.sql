begin;
select plan(6);

create temporary table s as
  select (body ->> 'id')::uuid as id from webhooks.subscribe('{*}', 'https://a.test/');
create temporary table d as
  select (t.body #>> '{deliveries,0}')::bigint as id
    from webhooks.test_fire('a.b', '{"n": 1}', _now => '2026-01-01Z') t;
select results_eq('select b.topic, b.payload, b.version, b.created_at, b.url, b.attempt, b.secret_version, b.previous_version from d, webhooks.begin_delivery(d.id) b',
                  $$ values ('a.b', '{"n": 1}'::jsonb, 1, '2026-01-01Z'::timestamptz,
                             'https://a.test/', 1, 1, null::int) $$,
                  'a delivery is handed out');
select results_eq('select b.attempt from d, webhooks.begin_delivery(d.id) b', array[2],
                  'attempts are counted');
select webhooks.update_subscription(id, _enabled => false) from s;
select is_empty('select b.* from d, webhooks.begin_delivery(d.id) b',
                'a subscription that is off gets nothing');
select results_eq('select state, attempts from webhooks.deliveries', $$ values ('skipped', 2) $$,
                  'the delivery is skipped');
select is_empty('select * from webhooks.begin_delivery(0)', 'what is not there is not delivered');
select tests.as_service();
select throws_ok('select webhooks.begin_delivery(1)', '42501', null, 'only the server delivers');

select * from finish();
rollback;
