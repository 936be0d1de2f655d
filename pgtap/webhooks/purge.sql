begin;
select plan(4);

select webhooks.subscribe('{*}', 'https://a.test/');
select webhooks.emit('done'), webhooks.emit('waiting');
update webhooks.deliveries d
   set state = 'delivered'
  from webhooks.events e
 where e.id = d.event and e.topic = 'done';
insert into webhooks.inbox values ('s', 'm', now());
select is(webhooks.purge(_now => now() + '29 days'), 0, 'what is new stays');
select is(webhooks.purge(_now => now() + '31 days'), 2, 'what is old and done is forgotten, inbound ids too');
select results_eq('select topic from webhooks.events', array['waiting'], 'what is under way is not');
select is(webhooks.purge(_now => now() + '61 days'), 1, 'until its job must have been lost');

select * from finish();
rollback;
