begin;
select plan(1);

do $$ begin perform jobs.workflow('w', '[{"name": "a", "event": "go"}]'), jobs.start('w'); end $$;
select is((select jobs.retry_step(r.id, 'a') from jobs.runs r), false, 'only a failed step is tried again');

select * from finish();
rollback;
