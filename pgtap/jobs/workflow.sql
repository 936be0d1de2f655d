begin;
select plan(16);

create function public.add_one(_p jsonb) returns jsonb language sql as $$
  select to_jsonb((_p #>> '{workflow,input,n}')::int + 1)
$$;
create function public.breaks(_p jsonb) returns void language plpgsql as $$
begin
  if not exists (select from pg_catalog.pg_settings s
                  where s.name = 'application_name' and s.setting = 'mended') then
    raise exception 'broken' using constraint = 'job_final';
  end if;
end
$$;
select jobs.register('add_one', 'public.add_one'), jobs.register('breaks', 'public.breaks');
-- A worker's round: claims what is ready and runs it, as authenticator does.
create function pg_temp.round() returns void language plpgsql as $$
begin
  create temporary table if not exists claimed as select * from jobs.claim('{default}', 0, gen_random_uuid());
  delete from claimed;
  insert into claimed
  select c.*
    from jobs.claim('{default}', 10, '00000000-0000-0000-0000-000000000001',
                    _sql => true, _now => now() + '2 days') c;
  perform jobs.run_sql(array_agg(id), array_agg(name), array_agg(function), array_agg(role),
                       array_agg(payload), '00000000-0000-0000-0000-000000000001')
     from claimed
   having count(*) > 0;
end
$$;

select is(jobs.workflow('order', '[{"name": "count", "job": "add_one"}, {"name": "rest", "sleep": "1 day"},
  {"name": "approval", "event": "approved"}, {"name": "ship", "job": "breaks"}]'),
          'order', 'a workflow is a list of steps');
select throws_ok(
  $$ select jobs.workflow('w', '[{"name": "a", "job": "nobody"}]') $$,
  'PT422', 'No handler is registered for jobs named ''nobody''.', 'steps that nobody does are refused');
select throws_ok($$ select jobs.workflow('w',
                                         '[{"name": "a", "job": "add_one", "after": ["b"]},
                                           {"name": "b", "job": "add_one"}]') $$,
                 'PT422', 'Step ''a'' comes after a step that does not come before it.', 'and circles');
create temporary table run as select jobs.start('order', '{"n": 1}') as id;
create temporary view states as
  select string_agg(s.name || ' ' || s.state, ', ' order by s.position) as now
    from jobs.steps s
    join run on run.id = s.run;
select is((select now from states), 'count running, rest waiting, approval waiting, ship waiting',
          'the first step begins');
select pg_temp.round();
select is((select now from states), 'count succeeded, rest running, approval waiting, ship waiting',
          'each lets the next begin');
select is((select s.result from jobs.steps s where s.name = 'count'), '2', 'with its result recorded');
select is(jobs.emit((select id from run), 'approved', '{"by": "ada"}'), true,
          'an event may come before it is waited for');
select pg_temp.round();
select is((select now from states), 'count succeeded, rest succeeded, approval succeeded, ship running',
          'then nobody waits for it');
select pg_temp.round();
select is((select r.state from jobs.runs r join run using (id)), 'failed',
          'a step whose job is dead fails the run');
set local application_name = 'mended';
select is(jobs.retry_step((select id from run), 'ship'), true, 'and may be tried again');
select pg_temp.round();
select is((select r.state from jobs.runs r join run using (id)), 'succeeded',
          'with which the run goes on to its end');
select is(jobs.emit((select id from run), 'more'), false, 'after which nothing reaches it');

create function public.goes(_p jsonb) returns void language sql as $$ $$;
do $$ begin
  perform jobs.register('goes', 'public.goes'),
          jobs.workflow('gone', '[{"name": "first", "job": "add_one"}, {"name": "then", "job": "goes"}]');
  perform jobs.workflow(
    'eternal', '[{"name": "first", "job": "add_one"}, {"name": "then", "sleep": "170000000 years"}]');
  end $$;
insert into run select jobs.start(w.name, '{"n": 1}') from unnest(array['gone', 'eternal']) as w (name);
drop function public.goes(jsonb);
select pg_temp.round();
select set_eq($$ select s.name, s.state, s.error
                   from jobs.steps s
                   join jobs.runs r on r.id = s.run
                  where r.workflow in ('gone', 'eternal') $$,
              $$ values ('first', 'succeeded', null),
                        ('then', 'failed', 'There is no function public.goes(jsonb) or public.goes().'),
                        ('first', 'succeeded', null),
                        ('then', 'failed', 'timestamp out of range') $$,
              'a step that cannot begin fails, not the one before it');
select set_eq($$ select r.workflow, r.state from jobs.runs r where r.workflow in ('gone', 'eternal') $$,
              $$ values ('gone', 'failed'), ('eternal', 'failed') $$, 'and its run with it');
create function public.goes(_p jsonb) returns void language sql as $$ $$;
select is(jobs.retry_step((select r.id from jobs.runs r where r.workflow = 'gone'), 'then'), true,
          'until what lacked is there');
select pg_temp.round();
select is((select r.state from jobs.runs r where r.workflow = 'gone'), 'succeeded', 'then it goes on');

select * from finish();
rollback;
