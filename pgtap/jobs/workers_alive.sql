begin;
select plan(2);

select is(jobs.workers_alive(), '{"alive": 0, "running": 0, "queues": []}'::jsonb, 'without workers nobody works');
do $$ begin perform jobs.worker_beat('00000000-0000-0000-0000-000000000001', 'here', 1, '{a,b}', 5, 2),
  jobs.worker_beat('00000000-0000-0000-0000-000000000002', 'there', 1, '{c}', 5, 3, now() - interval '2 minutes'); end $$;
select is(jobs.workers_alive(), '{"alive": 1, "running": 2, "queues": ["a", "b"]}'::jsonb, 'only those that were seen count');

select * from finish();
rollback;
