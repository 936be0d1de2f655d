begin;
select plan(3);

select webhooks.subscribe('{*}', 'https://a.test/');
create temporary table d as
  select (t.body #>> '{deliveries,0}')::bigint as id from webhooks.test_fire('a', '{"n": 1}') t;
select webhooks.begin_delivery(id) from d;
select webhooks.finish_delivery(id, 1, 500, 7, _response => 'no') from d;
select results_eq($$ select g.status, g.body ->> 'state', g.body #>> '{event,payload,n}',
                            g.body #>> '{attempts,0,response}', g.body #>> '{attempts,0,duration_ms}'
                       from d, webhooks.get_delivery(d.id) g $$,
                  $$ values (200, 'queued', '1', 'no', '7') $$,
                  'a delivery comes with its event and attempts');
select results_eq($$ select status, body ->> 'code' from webhooks.get_delivery(0) $$,
                  $$ values (404, 'delivery_not_found') $$, 'an unknown one is not there');
select tests.as_user('ada');
select throws_ok('select webhooks.get_delivery(1)', '42501', null, 'users see none');

select * from finish();
rollback;
