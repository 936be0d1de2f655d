begin;
select plan(2);

do $$ begin perform jobs.enqueue('http.request', '{"request": 1}'); end $$;
select results_eq(
  $$ select s.status, s.body -> 'payload' from jobs.jobs j cross join lateral jobs.show(j.id) s $$,
  $$ values (200, '{"request": 1}'::jsonb) $$, 'a job shows its payload');
select results_eq($$ select s.status, s.body ->> 'code' from jobs.show(0) s $$,
                  $$ values (404, 'job_not_found') $$, 'one that is not there is not found');

select * from finish();
rollback;
