begin;
select plan(2);

do $$ begin
  perform jobs.enqueue('http.request');
perform jobs.claim('{default}', 1, '00000000-0000-0000-0000-000000000001');
perform jobs.snooze(array(select j.id from jobs.jobs j), '1 hour');
end $$;
select results_eq($$ select j.state::text, j.attempts, j.run_at from jobs.jobs j $$, $$
                    values ('scheduled', 0, now() + '1 hour'::interval) $$,
                  'a snoozed job has lost no attempt');
select is(jobs.snooze(array(select j.id from jobs.jobs j), '1 hour'), '{}', 'only what runs can be snoozed');

select * from finish();
rollback;
