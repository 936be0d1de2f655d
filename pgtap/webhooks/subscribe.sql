begin;
select plan(5);

select results_eq($$ select status, body -> 'topics', body ->> 'url', body ->> 'enabled'
                       from webhooks.subscribe('{orders.*}', 'https://a.test/hook', 'shop') $$,
                  $$ values (201, '["orders.*"]'::jsonb, 'https://a.test/hook', 'true') $$,
                  'a URL subscribes to topics');
select results_eq($$ select status, body ->> 'message' from webhooks.subscribe('{}', 'https://a.test/') $$,
                  $$ values (400, 'Name 1 to 100 topics.') $$, 'no topic is refused');
select results_eq(
  $$ select status, body ->> 'code', body ->> 'message' from webhooks.subscribe('{a}', 'ftp://a.test/') $$,
  $$ values (400, 'invalid_url',
             'This URL cannot be sent to: the URL does not begin with http:// or https://.') $$,
  'a bad URL is refused');
select tests.as_service();
select throws_ok('select secret from webhooks.subscriptions', '42501', null, 'nobody reads secrets');
select tests.as_user('ada');
select throws_ok($$ select webhooks.subscribe('{*}', 'https://a.test/') $$, '42501', null,
                 'users do not subscribe');

select * from finish();
rollback;
