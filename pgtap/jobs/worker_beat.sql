begin;
select plan(2);

do $$ begin
  perform jobs.worker_beat('00000000-0000-0000-0000-000000000001', 'here', 1, '{default}',
                           5, 0, now() - interval '1 hour');
perform jobs.worker_beat('00000000-0000-0000-0000-000000000001', 'here', 1, '{default}', 5, 3);
end $$;
select results_eq($$ select w.running, w.seen_at from jobs.workers w $$, $$ values (3, now()) $$,
                  'a beat says that a worker lives');
select results_eq($$ select w.started_at from jobs.workers w $$, $$ select now() - interval '1 hour' $$,
                  'and since when');

select * from finish();
rollback;
