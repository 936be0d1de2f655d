begin;
select plan(3);

do $$ begin
  perform jobs.enqueue('http.request')
     from generate_series(1, 2);
perform jobs.claim('{default}', 1, '00000000-0000-0000-0000-000000000001');
end $$;
select is(jobs.extend(array(select j.id from jobs.jobs j order by j.id),
                      '00000000-0000-0000-0000-000000000001', '1 hour'),
          array(select j.id from jobs.jobs j where j.state = 'ready'),
          'a worker hears of jobs that are not its own');
select results_eq($$ select j.locked_until from jobs.jobs j where j.state = 'running' $$,
                  $$ select now() + '1 hour'::interval $$, 'and keeps the others');
select is(jobs.extend(array(select j.id from jobs.jobs j where j.state = 'running'),
                      '00000000-0000-0000-0000-000000000002'),
          array(select j.id from jobs.jobs j where j.state = 'running'), 'nobody extends another''s lease');

select * from finish();
rollback;
