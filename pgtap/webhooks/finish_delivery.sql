begin;
select plan(15);

create temporary table s as
  select (body ->> 'id')::uuid as id from webhooks.subscribe('{*}', 'https://a.test/');
create function pg_temp.fire() returns bigint
  language sql as $$
  select (t.body #>> '{deliveries,0}')::bigint from webhooks.test_fire('a') t $$;
create function pg_temp.jobs(_delivery bigint) returns bigint
  language sql as $$
  select count(*)
    from jobs.jobs j
   where j.name = 'webhook.deliver' and j.payload = jsonb_build_object('delivery', _delivery) $$;

create temporary table d as select pg_temp.fire() as id;
select webhooks.begin_delivery(id) from d;
select is(webhooks.finish_delivery(d.id, 1, 500, 12, _response => 'oops', _now => '2026-01-01Z'), 'queued',
          'a failure is tried again')
  from d;
select is(pg_temp.jobs(d.id), 2::bigint, 'by a job of its own') from d;
select results_eq($$ select j.run_at between '2026-01-01 00:00:05Z' and '2026-01-01 00:00:05.5Z'
                       from jobs.jobs j
                      where j.name = 'webhook.deliver' and j.state = 'scheduled'
                        or j.run_at < now() - interval '1 h' $$,
                  array[true], 'a little later');
select results_eq('select failing_since from webhooks.subscriptions', array['2026-01-01Z'::timestamptz],
                  'the subscription fails from now on');
select is(webhooks.finish_delivery(d.id, 1, 200), null, 'an attempt ends once') from d;
select webhooks.begin_delivery(id) from d;
select is(webhooks.finish_delivery(d.id, 2, 204, 3, _now => '2026-01-01 00:01Z'), 'delivered',
          'success is success')
  from d;
select is(pg_temp.jobs(d.id), 2::bigint, 'and nothing follows it') from d;
select results_eq('select failing_since from webhooks.subscriptions', array[null::timestamptz],
                  'the subscription is well again');
select results_eq(
  'select attempt, status_code, duration_ms, response from webhooks.attempts order by attempt',
  $$ values (1, 500, 12, 'oops'), (2, 204, 3, null) $$, 'the log has each attempt');

create temporary table l as select pg_temp.fire() as id;
update webhooks.deliveries set attempts = 9 where id = (select l.id from l);
select webhooks.begin_delivery(id) from l;
select is(webhooks.finish_delivery(l.id, 10, null, _error => 'refused', _now => '2026-01-01Z'), 'failed',
          'patience ends')
  from l;

create temporary table o as select pg_temp.fire() as id;
select webhooks.begin_delivery(id) from o;
select webhooks.finish_delivery(o.id, 1, 503, _disable_after => '5 days', _now => '2026-01-06Z') from o;
select results_eq('select enabled, disabled_reason from webhooks.subscriptions',
                  $$ values (false, 'every delivery failed since 2026-01-01 00:00 UTC') $$,
                  'after days of failure the subscription is switched off');
select webhooks.update_subscription(id, _enabled => true) from s;
create temporary table g as select pg_temp.fire() as id;
select webhooks.begin_delivery(id) from g;
select is(webhooks.finish_delivery(g.id, 1, 410), 'failed', '410 is the last word') from g;
select results_eq('select enabled, disabled_reason from webhooks.subscriptions',
                  $$ values (false, 'the receiver answered 410 Gone') $$, 'and switches off at once');
select is(webhooks._pause(1, '1 hour', 0), interval '1 hour', 'a receiver may ask for more time');
select tests.as_service();
select throws_ok('select webhooks.finish_delivery(1, 1)', '42501', null, 'only the server says how it went');

select * from finish();
rollback;
