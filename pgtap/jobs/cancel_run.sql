begin;
select plan(2);

do $$ begin perform jobs.workflow('w', '[{"name": "a", "job": "http.request"}]'), jobs.start('w'); end $$;
select is((select jobs.cancel_run(r.id) from jobs.runs r), true, 'a run ends');
select results_eq($$ select r.state, (select count(*)::int from jobs.jobs j) from jobs.runs r $$,
                  $$ values ('cancelled', 0) $$, 'with its jobs');

select * from finish();
rollback;
