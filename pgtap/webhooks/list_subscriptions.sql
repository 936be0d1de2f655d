begin;
select plan(4);

insert into webhooks.subscriptions (topics, url, created_at)
select '{*}', 'https://' || n || '.test/', timestamptz '2026-01-01Z' + n * interval '1 s'
  from generate_series(1, 3) n;
select results_eq($$ select jsonb_path_query_array(body, '$[*].url')
                       from webhooks.list_subscriptions(_limit => 2) $$,
                  $$ values ('["https://1.test/", "https://2.test/"]'::jsonb) $$, 'the oldest come first');
select results_eq($$ select jsonb_path_query_array(l.body, '$[*].url')
                       from webhooks.subscriptions s, webhooks.list_subscriptions(_after => s.id) l
                      where s.url = 'https://2.test/' $$,
                  $$ values ('["https://3.test/"]'::jsonb) $$, 'a page follows another');
select results_eq('select status, body from webhooks.list_subscriptions(_after => gen_random_uuid())',
                  $$ values (200, '[]'::jsonb) $$, 'after nothing comes nothing');
select tests.as_user('ada');
select throws_ok('select webhooks.list_subscriptions()', '42501', null, 'users see none');

select * from finish();
rollback;
