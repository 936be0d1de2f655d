begin;
select plan(2);

insert into webhooks.subscriptions (topics, url) select '{*}', 'https://a.test/' from generate_series(1, 3);
create temporary table d as
  select webhooks._deliver(webhooks._record('a', null, 1, now()),
                           array(select id from webhooks.subscriptions), now()) as ids;
select results_eq('select unnest(d.ids) from d', 'select id from webhooks.deliveries order by id',
                  'each subscription gets a delivery');
select results_eq('select payload from webhooks.events', $$ values ('null'::jsonb) $$, 'no payload is null');

select * from finish();
rollback;
