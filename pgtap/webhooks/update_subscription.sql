begin;
select plan(6);

create temporary table s as
  select (body ->> 'id')::uuid as id from webhooks.subscribe('{a}', 'https://a.test/');
update webhooks.subscriptions set failing_since = now();
select results_eq('select u.status, u.body ->> ''url'', u.body -> ''topics'', u.body ->> ''disabled_reason'' from s, webhooks.update_subscription(s.id, _enabled => false) u',
                  $$ values (200, 'https://a.test/', '["a"]'::jsonb, 'switched off by hand') $$,
                  'what is not named stays');
select results_eq('select u.status, u.body ->> ''enabled'', u.body ->> ''failing_since'', u.body ->> ''disabled_reason'' from s, webhooks.update_subscription(s.id, _enabled => true) u',
                  $$ values (200, 'true', null, null) $$, 'switching on forgets failures');
select results_eq('select u.body -> ''topics'', u.body ->> ''url'' from s, webhooks.update_subscription(s.id, ''{b}'', ''https://b.test/'') u',
                  $$ values ('["b"]'::jsonb, 'https://b.test/') $$, 'topics and URL change');
select results_eq(
  'select u.status, u.body ->> ''code'' from s, webhooks.update_subscription(s.id, ''{a b}'') u',
  $$ values (400, 'invalid_topic') $$, 'a bad topic is refused');
select results_eq($$ select status, body ->> 'code' from webhooks.update_subscription(gen_random_uuid()) $$,
                  $$ values (404, 'subscription_not_found') $$, 'an unknown one is not there');
select tests.as_user('ada');
select throws_ok($$ select webhooks.update_subscription(gen_random_uuid()) $$, '42501', null,
                 'users change none');

select * from finish();
rollback;
