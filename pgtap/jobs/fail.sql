begin;
select plan(8);

do $$ begin
  perform jobs.enqueue('http.request', _max_attempts => 2);
perform jobs.claim('{default}', 1, '00000000-0000-0000-0000-000000000001');
end $$;
create temporary view job as select j.id from jobs.jobs j;
select is(jobs.fail(array(select id from job), array['first'], '00000000-0000-0000-0000-000000000001'),
          array(select id from job), 'a failure is acknowledged');
select results_eq($$ select j.state::text,
                            j.run_at > now() + '2 seconds'::interval
                            and j.run_at <= now() + '5 seconds'::interval
                       from jobs.jobs j $$,
                  $$ values ('scheduled', true) $$, 'and the job comes again after a pause');
select is(jobs.fail(array(select id from job), array['again'], '00000000-0000-0000-0000-000000000001'), '{}',
          'an attempt fails once');
do $$ begin perform jobs.enqueue('sms.send', '{"message": 1}', _after => array(select id from job)); end $$;
do $$ begin
  perform jobs.claim('{default}', 1, '00000000-0000-0000-0000-000000000001', _now => now() + '1 hour');
  perform jobs.fail(array(select j.id from jobs.jobs j where j.state = 'running'), array['last']); end $$;
select results_eq($$ select f.state::text, f.slot, jsonb_path_query_array(f.errors, '$[*].error')
                       from jobs.finished f
                      where f.name = 'http.request' $$,
                  $$ values ('dead', 8::smallint, '["first", "last"]'::jsonb) $$,
                  'when attempts are used up it is a dead letter, with its history');
select results_eq($$ select f.state::text from jobs.finished f where f.name = 'sms.send' $$,
                  array['cancelled'], 'and what waited for it is cancelled');
do $$ begin
  perform jobs.enqueue('webhook.deliver', _max_attempts => 9);
perform jobs.claim('{default}', 1, '00000000-0000-0000-0000-000000000001');
  perform jobs.fail(array(select id from job), array['no use'], '00000000-0000-0000-0000-000000000001',
                    array[true]);
  end $$;
select results_eq(
  $$ select f.state::text, f.attempts from jobs.finished f where f.name = 'webhook.deliver' $$,
  $$ values ('dead', 1) $$, 'what is final is not tried again');
select results_eq($$ select b.pause between '2.5 s' and '5 s'
                       from generate_series(1, 20)
                      cross join lateral (select jobs._backoff(1)) as b (pause) $$,
                  $$ select true from generate_series(1, 20) $$, 'a pause is half fixed and half chance');
select results_eq($$ select jobs._backoff(99) <= '300 s' from generate_series(1, 20) $$,
                  $$ select true from generate_series(1, 20) $$, 'and has an end');

select * from finish();
rollback;
