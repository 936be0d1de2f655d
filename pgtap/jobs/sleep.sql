begin;
select plan(3);

select is(jobs.sleep('{default}'), null, 'with nothing scheduled nothing is due');
do $$ begin perform jobs.enqueue('http.request', _run_at => now() + '1 hour'); end $$;
select is_empty($$ select s.queue from jobs.sleepers s $$, 'who enqueues takes the flag down');
select is(jobs.sleep('{default}'), now() + '1 hour'::interval, 'and a sleeper knows what is due');

select * from finish();
rollback;
