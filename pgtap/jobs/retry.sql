begin;
select plan(4);

do $$ begin
  perform jobs.enqueue('http.request', _max_attempts => 1);
perform jobs.claim('{default}', 1, '00000000-0000-0000-0000-000000000001');
  perform jobs.fail(array(select j.id from jobs.jobs j), array['no']);
  perform jobs.enqueue('sms.send', '{"message": 1}', _run_at => now() + '1 day');
  end $$;
select is(cardinality(jobs.retry(array(select f.id from jobs.finished f)
                                 || array(select j.id from jobs.jobs j))),
          2, 'dead and scheduled jobs may be hurried');
select results_eq($$ select j.name, j.state::text, j.attempts, jsonb_array_length(j.errors)
                       from jobs.jobs j order by 1 $$,
                  $$ values ('http.request', 'ready', 0, 1), ('sms.send', 'ready', 0, 0) $$,
                  'they are ready, with their history');
select is(jobs.retry(array(select j.id from jobs.jobs j)), '{}', 'those that are ready are left alone');

do $$ begin
  perform jobs.register('gone');
perform jobs.enqueue('gone');
perform jobs.cancel(array(select j.id from jobs.jobs j where j.name = 'gone'));
end $$;
delete from jobs.handlers h where h.name = 'gone';
do $$ begin perform jobs.retry(array(select f.id from jobs.finished f)); end $$;
select results_eq($$ select f.name from jobs.finished f $$, array['gone'],
                  'a job whose handler is gone stays where it is');

select * from finish();
rollback;
