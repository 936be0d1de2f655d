begin;
select plan(6);

create temporary table m as
  select mail.send('ada@example.test', 'recovery') as mail, net.http_get('http://a.test/') as request;
select mail.claim(mail), mail.finish(mail, 'sent'), net.finish_request(request, 200) from m;
insert into webhooks.inbox (source, message_id, received_at) values ('s', 'm', now());
do $$ begin
  perform jobs.workflow('w', '[{"name": "a", "sleep": "1 s"}]'), jobs.start('w'),
          jobs.start('w'), jobs.start('w');
end $$;
update jobs.runs r set state = s.state, finished_at = case when s.state <> 'running' then now() end
  from (select i.id, (array['succeeded', 'failed', 'running'])[row_number() over (order by i.id)] as state
          from jobs.runs i) s
 where s.id = r.id;
create function pg_temp.pass(_days int) returns boolean language sql as $$
  select jobs.housekeep('30 days', '6 hours', '30 days', now() + make_interval(days => _days)) $$;
select is(pg_temp.pass(0), false, 'what is new is kept');
select is((select (select count(*) from mail.messages) + (select count(*) from net.requests)
               + (select count(*) from webhooks.inbox)),
          3::bigint, 'all of it');
select is(pg_temp.pass(8), false, 'after a time');
select results_eq('select r.state from jobs.runs r order by r.id', array['failed', 'running'],
                  'runs that went well are forgotten first');
select pg_temp.pass(31);
select is((select (select count(*) from mail.messages) + (select count(*) from net.requests)
               + (select count(*) from webhooks.inbox)),
          0::bigint, 'then messages, requests and webhooks');
select results_eq('select r.state from jobs.runs r', array['running'], 'and runs that failed');

select * from finish();
rollback;
