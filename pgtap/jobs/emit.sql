begin;
select plan(3);

do $$ begin
  perform jobs.workflow('w', '[{"name": "a", "event": "go", "timeout": "1 day"}]'),
          jobs.start('w'), jobs.start('w');
end $$;
select is((select jobs.emit(r.id, 'go', '{"x": 1}') from jobs.runs r order by r.id limit 1), true,
          'an event is heard');
select results_eq($$ select r.state, (select count(*)::int from jobs.jobs j)
                       from jobs.runs r order by r.id limit 1 $$,
                  $$ values ('succeeded', 1) $$, 'and its timer ends');
do $$ begin
  perform jobs.claim('{default}', 1, '00000000-0000-0000-0000-000000000001',
                     _sql => true, _now => now() + '2 days');
perform jobs.complete(array(select j.id from jobs.jobs j));
end $$;
select results_eq($$ select s.state, s.error from jobs.steps s order by s.run desc limit 1 $$,
                  $$ values ('failed', 'the event did not come in time') $$,
                  'one that does not come in time fails the step');

select * from finish();
rollback;
