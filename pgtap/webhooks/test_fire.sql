begin;
select plan(5);

create temporary table s as
  select (body ->> 'id')::uuid as id from webhooks.subscribe('{users.*}', 'https://a.test/');
select results_eq($$ select status, body ->> 'code' from webhooks.test_fire('orders.paid') $$,
                  $$ values (404, 'subscription_not_found') $$, 'nobody wants it');
select results_eq($$ select t.status, jsonb_array_length(t.body -> 'deliveries')
                       from s, webhooks.test_fire('orders.paid', '{"a": 1}', s.id) t $$,
                  $$ values (202, 1) $$, 'one subscription gets what one likes');
select results_eq('select topic, payload from webhooks.events',
                  $$ values ('orders.paid', '{"a": 1}'::jsonb) $$, 'as an event');
select results_eq($$ select status, body ->> 'code' from webhooks.test_fire('*') $$,
                  $$ values (400, 'invalid_topic') $$, 'a pattern is no topic');
select tests.as_user('ada');
select throws_ok($$ select webhooks.test_fire('a') $$, '42501', null, 'users fire none');

select * from finish();
rollback;
