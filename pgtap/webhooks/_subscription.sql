begin;
select plan(2);

insert into webhooks.subscriptions (topics, url, secret) values ('{*}', 'https://a.test/', '\xaa');
select results_eq($$ select j ->> 'url', j -> 'topics', j -> 'secret'
                       from webhooks.subscriptions s, webhooks._subscription_json(s) j $$,
                  $$ values ('https://a.test/', '["*"]'::jsonb, null::jsonb) $$,
                  'a subscription is shown without its secret');
select is(webhooks._subscription_refusal('{*}', 'https://a.test/'), null, 'a good one has no fault');

select * from finish();
rollback;
