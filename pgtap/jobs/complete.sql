begin;
select plan(6);

do $$ begin perform jobs.enqueue('http.request') from generate_series(1, 3) n; end $$;
create temporary table mine as
  select c.id from jobs.claim('{default}', 2, '00000000-0000-0000-0000-000000000001') c;
select is(jobs.complete(array(select id from mine), array['1', '2']::jsonb[],
                        '00000000-0000-0000-0000-000000000002'),
          '{}', 'another worker''s jobs are not acknowledged');
select is(jobs.complete(array(select id from mine order by id), array['1', '2']::jsonb[],
                        '00000000-0000-0000-0000-000000000001'),
          array(select id from mine order by id), 'one''s own are');
select results_eq($$ select f.state::text, f.result from jobs.finished f order by f.id $$,
                  $$ values ('succeeded', '1'::jsonb), ('succeeded', '2') $$, 'with their results');
select is(jobs.complete(array(select id from mine)), '{}', 'once');
select is(jobs.complete(array(select j.id from jobs.jobs j)), '{}',
          'what was not claimed cannot be completed');
do $$ begin
  perform jobs.enqueue('sms.send', '{"message": 1}', _after => array(select j.id from jobs.jobs j));
perform jobs.claim('{default}', 1, '00000000-0000-0000-0000-000000000001');
  perform jobs.complete(array(select j.id from jobs.jobs j where j.state = 'running')); end $$;
select results_eq($$ select j.name, j.state::text from jobs.jobs j $$, $$ values ('sms.send', 'ready') $$,
                  'what waited for it is ready');

select * from finish();
rollback;
