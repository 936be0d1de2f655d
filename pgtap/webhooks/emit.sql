begin;
select plan(9);

select is(webhooks.emit('orders.paid'), null, 'an event that nobody wants is none');
create temporary table s as
  select t.topics, (x.body ->> 'id')::uuid as id
    from (values ('{orders.paid}'), ('{orders.*,users.*}'), ('{*}'), ('{orders}'), ('{users.made}')) t (
           topics),
         webhooks.subscribe(t.topics::text[], 'https://a.test/') x;
create temporary table e as select webhooks.emit('orders.paid', '{"n": 1}', 2, '2026-01-01Z') as id;
select results_eq(
  'select v.topic, v.payload, v.version, v.created_at from webhooks.events v join e using (id)',
  $$ values ('orders.paid', '{"n": 1}'::jsonb, 2, '2026-01-01Z'::timestamptz) $$, 'an event is kept once');
select set_eq(
  'select s.topics from webhooks.deliveries d join s on s.id = d.subscription where d.state = ''queued''',
  array['{orders.paid}', '{orders.*,users.*}', '{*}'], 'and goes to whoever wants its topic');
select results_eq($$ select (j.payload ->> 'delivery')::bigint
                       from jobs.jobs j
                      where j.name = 'webhook.deliver' order by 1 $$,
                  'select d.id from webhooks.deliveries d order by 1', 'a job each');
update webhooks.subscriptions set enabled = false;
select is(webhooks.emit('orders.paid'), null, 'who is switched off hears nothing');
select throws_ok($$ select webhooks.emit('orders.*') $$, 'PT400', '''orders.*'' is no topic',
                 'an event has one topic');
select throws_ok($$ select webhooks.emit(null) $$, 'PT400', null, 'and has one');
select tests.as_service();
select lives_ok($$ select webhooks.emit('a') $$, 'service_role emits');
select tests.as_user('ada');
select throws_ok($$ select webhooks.emit('a') $$, '42501', null, 'users do not');

select * from finish();
rollback;
