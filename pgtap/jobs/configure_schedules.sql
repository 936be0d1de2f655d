begin;
select plan(6);

create function public.tidy(_p jsonb) returns void language sql as $$ $$;
do $$ begin perform jobs.register('noop'), jobs.schedule('@daily', 'noop', _name => 'mine'); end $$;
select is(jobs.configure_schedules(
            '[{"name": "a", "interval_seconds": 90, "target": "noop", "payload": {"n": 1}},
              {"name": "b", "interval_seconds": 60, "target": "public.tidy"}]', '2026-01-01 00:00:10Z'),
          '{}', 'what the configuration lists is scheduled');
select results_eq(
  $$ select s.name, s.every, s.job, s.payload, s.next_at
       from jobs.schedules s
      where s.configured order by 1 $$,
  $$ values ('a', interval '90 seconds', 'noop', '{"n": 1}'::jsonb, '2026-01-01 00:01:30Z'::timestamptz),
            ('b', '1 minute', 'sql', '{"function": "public.tidy", "args": {}}', '2026-01-01 00:01Z') $$,
  'a job by its name, a function by its own');
select is(jobs.tick(_now => '2026-01-01 00:01:30Z'), 2, 'and comes by its interval');
select is(jobs.configure_schedules('[{"name": "a", "interval_seconds": 90, "target": "noop"},
                                     {"name": "c", "interval_seconds": 1, "target": "nobody"},
                                     {"name": "mine", "interval_seconds": 1, "target": "noop"}]',
                                   '2026-01-01 00:01:40Z'),
          array['c: ''nobody'' is no function name: write schema.name.',
                'mine: a schedule of this name is there already, made by hand'],
          'one that is wrong does not keep the others');
select results_eq($$ select s.name, s.expression, s.configured from jobs.schedules s order by 1 $$, $$
                    values ('a', '@every 90 seconds', true), ('mine', '@daily', false) $$,
                  'what it lists no more goes, what people made stays');
select results_eq($$ select s.next_at from jobs.schedules s where s.name = 'a' $$,
                  $$ values ('2026-01-01 00:03Z'::timestamptz) $$, 'a restart does not put it off');

select * from finish();
rollback;
