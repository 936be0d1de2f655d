begin;
select plan(5);

create temporary table s as
  select (body ->> 'id')::uuid as id from webhooks.subscribe('{*}', 'https://a.test/');
select webhooks.emit('a.' || n) from generate_series(1, 3) n;
select webhooks.begin_delivery(d.id)
  from webhooks.deliveries d
  join webhooks.events e on e.id = d.event
 where e.topic = 'a.2';
select webhooks.finish_delivery(d.id, 1, 200)
  from webhooks.deliveries d
  join webhooks.events e on e.id = d.event
 where e.topic = 'a.2';
select results_eq($$ select jsonb_path_query_array(body, '$[*].topic')
                       from webhooks.list_deliveries(_limit => 2) $$,
                  $$ values ('["a.3", "a.2"]'::jsonb) $$, 'the newest come first');
select results_eq($$ select jsonb_path_query_array(l.body, '$[*].topic')
                       from (select max(id) as id from webhooks.deliveries) m,
                            webhooks.list_deliveries(_before => m.id) l $$,
                  $$ values ('["a.2", "a.1"]'::jsonb) $$, 'a page follows another');
select results_eq($$ select body #>> '{0,topic}', body #>> '{0,status_code}', jsonb_array_length(body)
                       from webhooks.list_deliveries(_state => 'delivered') $$,
                  $$ values ('a.2', '200', 1) $$, 'by state, with the last answer');
select results_eq($$ select body from webhooks.list_deliveries(_subscription => gen_random_uuid()) $$,
                  $$ values ('[]'::jsonb) $$, 'by subscription');
select tests.as_user('ada');
select throws_ok('select webhooks.list_deliveries()', '42501', null, 'users see none');

select * from finish();
rollback;
