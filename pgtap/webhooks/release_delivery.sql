begin;
select plan(2);

select webhooks.subscribe('{*}', 'https://a.test/');
create temporary table d as select (t.body #>> '{deliveries,0}')::bigint as id from webhooks.test_fire('a') t;
select b.attempt from d, webhooks.begin_delivery(d.id) b;
select webhooks.release_delivery(id) from d;
select results_eq('select b.attempt from d, webhooks.begin_delivery(d.id) b', array[1],
                  'an attempt that was none does not count');
select tests.as_service();
select throws_ok('select webhooks.release_delivery(1)', '42501', null, 'only the server gives back');

select * from finish();
rollback;
