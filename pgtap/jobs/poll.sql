begin;
select plan(3);

do $$ begin perform jobs.enqueue('http.request', '{"a": 1}'); end $$;
select results_eq($$ select p.status, p.body #> '{jobs,0,payload}' from jobs.poll('00000000-0000-0000-0000-000000000001', null, 1) p $$, $$ values (200, '{"a": 1}'::jsonb) $$,
                  'a worker of any language gets jobs');
do $$ begin perform jobs.poll('00000000-0000-0000-0000-000000000001', '{default}', 1); end $$;
select results_eq($$ select s.queue from jobs.sleepers s $$, array['default'], 'or will be woken');
select results_eq($$ select p.status, p.body ->> 'code' from jobs.poll(null, null, 1) p $$, $$ values (422, 'bad_claim') $$, 'a claim without a worker is refused');

select * from finish();
rollback;
