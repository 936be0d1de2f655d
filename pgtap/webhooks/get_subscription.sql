begin;
select plan(3);

create temporary table s as
  select (body ->> 'id')::uuid as id from webhooks.subscribe('{a}', 'https://a.test/', _secret => '\xaa');
select results_eq(
  'select g.status, g.body ->> ''url'', g.body ? ''secret'' from s, webhooks.get_subscription(s.id) g',
  $$ values (200, 'https://a.test/', false) $$, 'a subscription comes without its secret');
select results_eq($$ select status, body ->> 'code' from webhooks.get_subscription(gen_random_uuid()) $$,
                  $$ values (404, 'subscription_not_found') $$, 'an unknown one is not there');
select tests.as_user('ada');
select throws_ok('select webhooks.get_subscription(gen_random_uuid())', '42501', null, 'users see none');

select * from finish();
rollback;
