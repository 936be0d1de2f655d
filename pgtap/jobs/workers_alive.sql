begin;
select plan(2);

select is(jobs.workers_alive(), '{"alive": 0, "running": 0, "queues": [], "list": []}'::jsonb,
          'without workers nobody works');
do $$ begin
  perform jobs.worker_beat('00000000-0000-0000-0000-000000000001', 'here', 1, '{a,b}', 5, 0),
          jobs.worker_beat('00000000-0000-0000-0000-000000000002', 'there', 1, '{c}',
                           5, 3, now() - interval '2 minutes'),
          jobs.register('ext'), jobs.enqueue('ext'),
          jobs.poll('00000000-0000-0000-0000-000000000003', '{default}', 7, _host => 'py-1');
  end $$;
select is(jobs.workers_alive(), '{"alive": 2, "running": 1, "queues": ["a", "b", "default"], "list": [
  {"kind": "howdah", "queues": ["a", "b"], "concurrency": 5, "running": 0, "seen_s": 0},
  {"kind": "external", "queues": ["default"], "concurrency": 7, "running": 1, "seen_s": 0}]}'::jsonb,
  'only those that were seen count, those outside the binary too, and it is not told where they are');

select * from finish();
rollback;
