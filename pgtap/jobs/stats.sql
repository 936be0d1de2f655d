begin;
select plan(2);

do $$ begin
  perform jobs.enqueue('http.request'), jobs.enqueue('http.request', _run_at => now() + '1 hour'),
          jobs.queue_pause('idle'),
          jobs.worker_beat('00000000-0000-0000-0000-000000000001', 'here', 1, '{default}',
                           5, 0, now() - interval '2 minutes');
  end $$;
select results_eq($$ select q ->> 'queue', q -> 'states', q -> 'paused'
                       from jobs.stats() s
                      cross join lateral jsonb_array_elements(s.body -> 'queues') q order by 1 $$,
                  $$ values ('default', '{"ready": 1, "scheduled": 1}'::jsonb, 'false'::jsonb),
                            ('idle', '{}', 'true') $$,
                  'queues are counted by state');
select results_eq($$ select s.body #> '{workers,0,alive}' from jobs.stats() s $$, array['false'::jsonb],
                  'a worker that is silent is not alive');

select * from finish();
rollback;
