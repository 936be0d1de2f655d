begin;
select plan(2);

do $$ begin
  perform jobs.enqueue('http.request')
     from generate_series(1, 2);
perform jobs.claim('{default}', 1, '00000000-0000-0000-0000-000000000001');
end $$;
select is(jobs.hold(array(select j.id from jobs.jobs j), '00000000-0000-0000-0000-000000000001'),
          array(select j.id from jobs.jobs j where j.state = 'running'), 'a worker holds what it runs');
select is(jobs.hold(array(select j.id from jobs.jobs j), '00000000-0000-0000-0000-000000000002'), '{}',
          'and nothing else');

select * from finish();
rollback;
