begin;
select plan(1);

do $$ begin perform jobs.workflow('w', '[{"name": "a", "event": "go"}]'), jobs.start('w'); end $$;
select is((select jobs.run_show(r.id) #>> '{steps,0,state}' from jobs.runs r), 'running',
          'a run shows its steps');

select * from finish();
rollback;
