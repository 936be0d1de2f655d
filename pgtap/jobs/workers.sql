begin;
select plan(3);

do $$ begin
  perform jobs.worker_beat('00000000-0000-0000-0000-000000000001', 'here', 1, '{a}',
                           5, 0, now() - interval '2 minutes'),
          jobs.register('ext'), jobs.enqueue('ext'),
          jobs.poll('00000000-0000-0000-0000-000000000002', '{default}', 7, _host => 'py-1');
  end $$;
select results_eq($$ select w ->> 'kind', w ->> 'host', (w ->> 'running')::int, (w ->> 'alive')::boolean
                       from jobs.workers() s
                      cross join lateral jsonb_array_elements(s.body -> 'workers') w $$,
                  $$ values ('external', 'py-1', 1, true), ('howdah', 'here', 0, false) $$,
                  'own and external workers stand on one list');
update jobs.workers set seen_at = now() - interval '50 seconds' where kind = 'external';
do $$ begin
  perform jobs.report('00000000-0000-0000-0000-000000000002', '[]'),
          jobs.poll('00000000-0000-0000-0000-000000000001', '{x}', 1);
end $$;
select results_eq($$ select w.queues, w.seen_at from jobs.workers w where w.kind = 'external' $$,
                  $$ values ('{default}'::text[], now()) $$, 'a report is a sign of life');
select results_eq($$ select w.queues from jobs.workers w where w.kind = 'howdah' $$,
                  $$ values ('{a}'::text[]) $$, 'nobody outside speaks for a worker of the binary');

select * from finish();
rollback;
