begin;
select plan(5);

do $$ begin
  perform jobs.enqueue('http.request', _priority => 9), jobs.register('ext', _version => 2),
          jobs.enqueue('ext', '{"a": 1}');
end $$;
select results_eq($$ select p.status, p.body #> '{jobs,0,payload}'
                       from jobs.poll('00000000-0000-0000-0000-000000000001', null, 1) p $$,
                  $$ values (200, '{"a": 1}'::jsonb) $$, 'a worker of any language gets jobs');
do $$ begin perform jobs.poll('00000000-0000-0000-0000-000000000001', '{default}', 1); end $$;
select results_eq($$ select j.name from jobs.jobs j where j.state = 'ready' $$, array['http.request'],
                  'but not those that Howdah does itself');
select results_eq($$ select p.status, p.body ->> 'code'
                       from jobs.poll('00000000-0000-0000-0000-000000000001', null, 1, '{mail.send}') p $$,
                  $$ values (422, 'built_in') $$, 'not even when it asks for them');
select results_eq($$ select s.queue from jobs.sleepers s $$, array['default'], 'or will be woken');
select results_eq($$ select p.status, p.body ->> 'code' from jobs.poll(null, null, 1) p $$,
                  $$ values (422, 'bad_claim') $$, 'a claim without a worker is refused');

select * from finish();
rollback;
