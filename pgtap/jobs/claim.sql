begin;
select plan(12);

do $$ begin
  perform jobs.enqueue('http.request', '{"request": 1}'),
          jobs.enqueue('http.request', '{"request": 2}', _priority => 5),
          jobs.enqueue('http.request', '{"request": 3}', _run_at => now() + '1 minute'),
          jobs.enqueue('webhook.deliver', '{"request": 4}', _queue => 'other');
  end $$;
select results_eq($$ select c.payload, c.attempt
                       from jobs.claim('{default}', 1, '00000000-0000-0000-0000-000000000001') c $$,
                  $$ values ('{"request": 2}'::jsonb, 1) $$, 'higher priorities come first');
select results_eq($$ select c.payload
                       from jobs.claim('{default}', 10, '00000000-0000-0000-0000-000000000001') c $$,
                  $$ values ('{"request": 1}'::jsonb) $$, 'jobs of the future and of other queues stay');
select is_empty($$ select c.id from jobs.claim('{default}', 10, '00000000-0000-0000-0000-000000000001') c $$,
                'a claimed job is claimed once');
select results_eq($$ select c.payload
                       from jobs.claim('{default}', 10, '00000000-0000-0000-0000-000000000001',
                                       _now => now() + '2 minutes') c $$,
                  $$ values ('{"request": 3}'::jsonb) $$, 'those of the future come in their time');
select is_empty($$ select c.id
                     from jobs.claim('{other}', 10, '00000000-0000-0000-0000-000000000001',
                                     _names => '{mail.send}') c $$,
                'a worker gets the names that it knows');
create function public.f() returns void language sql as $$ $$;
do $$ begin perform jobs.register('f', 'public.f', _queue => 'sql'), jobs.enqueue('f'); end $$;
select is_empty($$ select c.id from jobs.claim('{sql}', 10, '00000000-0000-0000-0000-000000000001') c $$,
                'SQL handlers are left to those who run them');
select results_eq($$ select c.function, c.role
                       from jobs.claim('{sql}', 10, '00000000-0000-0000-0000-000000000001',
                                       _sql => true) c $$,
                  $$ values ('public.f', 'service_role') $$, 'and come with function and role');
do $$ begin
  perform jobs.enqueue('http.request', _queue => 'k', _concurrency_key => k)
     from unnest(array['a', 'a', 'b']) k;
end $$;
select is((select count(*)::int from jobs.claim('{k}', 10, '00000000-0000-0000-0000-000000000001')), 2,
          'of one concurrency key one runs at a time');
do $$ begin
  perform jobs.complete(array(
    select j.id from jobs.jobs j where j.concurrency_key = 'a' and j.state = 'running'));
end $$;
select is((select count(*)::int from jobs.claim('{k}', 10, '00000000-0000-0000-0000-000000000001')), 1,
          'and the next when it has ended');
do $$ begin perform jobs.enqueue('webhook.deliver', _queue => 'l') from generate_series(1, 3); end $$;
select is((select count(*)::int from jobs.claim('{l}', null, '00000000-0000-0000-0000-000000000001')), 1,
          'without a limit it is one');

-- Of names that a worker knows among those that it does not.
do $$
begin
  perform jobs.enqueue('http.request', _queue => 'm', _priority => 1),
          jobs.enqueue('f', _queue => 'm', _priority => 3),
          jobs.enqueue('sms.send', '{"message": 1}', _queue => 'm', _priority => 2),
          jobs.enqueue('webhook.deliver', _queue => 'm', _priority => 9)
     from generate_series(1, 20);
end
$$;
select results_eq($$ select c.name from jobs.claim('{m}', 2, '00000000-0000-0000-0000-000000000001',
                                                   _names => '{http.request,sms.send}', _sql => true) c $$,
                  array['f', 'f'], 'priorities hold across names');
select results_eq($$ select c.name from jobs.claim('{m}', 1, '00000000-0000-0000-0000-000000000001',
                                                   _names => '{http.request,sms.send}') c $$,
                  array['sms.send'], 'the next name is next');

select * from finish();
rollback;
