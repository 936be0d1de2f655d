begin;
select plan(3);

do $$ begin perform jobs.enqueue('http.request'); end $$;
select is(jobs.progress((select j.id from jobs.jobs j), '{"done": 1}'), false,
          'a job that waits makes no progress');
do $$ begin perform jobs.claim('{default}', 1, '00000000-0000-0000-0000-000000000001'); end $$;
select is(jobs.progress((select j.id from jobs.jobs j), '{"done": 1}',
                        '00000000-0000-0000-0000-000000000001'),
          true, 'one that runs does');
select results_eq($$ select j.progress from jobs.jobs j $$, array['{"done": 1}'::jsonb], 'and shows it');

select * from finish();
rollback;
