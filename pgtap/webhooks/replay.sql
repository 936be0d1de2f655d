begin;
select plan(7);

create temporary table s as
  select (body ->> 'id')::uuid as id from webhooks.subscribe('{*}', 'https://a.test/');
select webhooks.emit('a'), webhooks.emit('b'), webhooks.emit('c');
update webhooks.deliveries d
   set state = case e.topic when 'a' then 'failed' when 'b' then 'skipped' else 'delivered' end,
       finished_at = now()
  from webhooks.events e
 where e.id = d.event;
create temporary table c as select d.id, d.event from webhooks.deliveries d where d.state = 'delivered';
create temporary table again as
  select r.status, (r.body #>> '{deliveries,0}')::bigint as id from c, webhooks.replay(c.id) r;
select results_eq('select a.status, d.event, d.state from again a join webhooks.deliveries d using (id)',
                  'select 202, c.event, ''queued'' from c', 'a delivery goes out again, as the same event');
select results_eq($$ select r.status, jsonb_array_length(r.body -> 'deliveries')
                       from s, webhooks.replay(_subscription => s.id) r $$,
                  $$ values (202, 2) $$, 'or all that failed or was skipped');
select results_eq($$ select e.topic
                       from webhooks.deliveries d
                       join webhooks.events e on e.id = d.event
                      where d.state = 'queued' order by d.id $$,
                  array['c', 'a', 'b'], 'in the order of old');
select results_eq($$ select r.status
                       from s, webhooks.replay(_subscription => s.id, _since => now() + interval '1 s') r $$,
                  array[404], 'not what is older than asked');
select results_eq('select r.status, r.body ->> ''code'' from webhooks.replay(0) r',
                  $$ values (404, 'delivery_not_found') $$, 'an unknown delivery is not there');
select webhooks.update_subscription(id, _enabled => false) from s;
select results_eq('select r.status from c, webhooks.replay(c.id) r', array[404],
                  'a subscription that is off gets nothing');
select tests.as_user('ada');
select throws_ok('select webhooks.replay(1)', '42501', null, 'users replay none');

select * from finish();
rollback;
