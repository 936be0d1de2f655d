begin;
select plan(7);

select is(jobs.schedule('*/5 * * * *', 'http.request', _now => '2026-01-01 00:01Z'), 'http.request',
          'a schedule is named for its job');
select is(jobs.schedule('0 12 * * *', 'http.request', _name => 'noon', _timezone => 'Asia/Kolkata',
                        _now => '2026-01-01 00:01Z'),
          'noon', 'or as told');
select results_eq($$ select s.name, s.next_at from jobs.schedules s order by 1 $$,
                  $$ values ('http.request', '2026-01-01 00:05Z'::timestamptz),
                            ('noon', '2026-01-01 06:30Z') $$,
                  'in its time zone');
select throws_ok(
  $$ select jobs.schedule('* * * * *', 'nobody') $$,
  'PT422', 'No handler is registered for jobs named ''nobody''.', 'a job that nobody does is refused');
select throws_ok($$ select jobs.schedule('0 0 30 2 *', 'http.request') $$,
                 'PT422', '''0 0 30 2 *'' never comes.', 'and a day that never comes');

select throws_ok($$ select jobs.schedule('* * * * *', 'sql', '{"function": "public.nope"}') $$,
                 'PT422',
                 'There is no function public.nope(jsonb) or public.nope().',
                 'a function that is not there is refused');
select throws_ok($$ select jobs.schedule('* * * * *', 'http.request', _timezone => 'Europe/Atlantis') $$,
                 'PT422', 'There is no time zone ''Europe/Atlantis''.', 'and a time zone that is nowhere');

select * from finish();
rollback;
