begin;
select plan(4);

create temporary table s as
  select (body ->> 'id')::uuid as id from webhooks.subscribe('{*}', 'https://a.test/');
select webhooks.emit('a');
select results_eq('select u.status from s, webhooks.unsubscribe(s.id) u', array[200], 'a subscription ends');
select is_empty('select * from webhooks.deliveries', 'its log goes with it');
select results_eq('select u.status from s, webhooks.unsubscribe(s.id) u', array[404], 'once');
select tests.as_user('ada');
select throws_ok('select webhooks.unsubscribe(gen_random_uuid())', '42501', null, 'users end none');

select * from finish();
rollback;
