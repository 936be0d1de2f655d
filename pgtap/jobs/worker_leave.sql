begin;
select plan(2);

do $$ begin
  perform jobs.worker_beat('00000000-0000-0000-0000-000000000001', 'here', 1, '{default}', 5, 0),
          jobs.enqueue('http.request');
perform jobs.claim('{default}', 1, '00000000-0000-0000-0000-000000000001');
  perform jobs.worker_leave('00000000-0000-0000-0000-000000000001'); end $$;
select is_empty($$ select w.id from jobs.workers w $$, 'who leaves is off the list');
select results_eq($$ select j.state::text, j.attempts from jobs.jobs j $$, $$ values ('scheduled', 0) $$,
                  'and hands back what it has');

select * from finish();
rollback;
