begin;
select plan(6);

select results_eq($$ select jobs._cron_next(jobs._cron_parse(c.e), 'UTC', '2026-03-10 10:07:30Z')
                       from unnest(array[
                         '*/15 * * * *', '0 9 * * mon-fri', '0 0 31 * *', '*/20 * * * * *',
                         '0 0 29 feb *', '@monthly', '30 8 1 * 5']) with ordinality as c (e, n)
                      order by c.n $$,
                  $$ values ('2026-03-10 10:15Z'::timestamptz),
                            ('2026-03-11 09:00Z'),
                            ('2026-03-31 00:00Z'),
                            ('2026-03-10 10:07:40Z'),
                            ('2028-02-29 00:00Z'),
                            ('2026-04-01 00:00Z'),
                            ('2026-03-13 08:30Z') $$,
                  'the next moment of an expression');
select is(jobs._cron_next(jobs._cron_parse('30 2 * * *'), 'Europe/Berlin', '2026-03-29 00:00+01'),
          '2026-03-29 03:30+02', 'a named hour that the clock skips comes after the jump');
select is(jobs._cron_next(jobs._cron_parse('30 2 * * *'), 'Europe/Berlin', '2026-10-25 02:30+01'),
          '2026-10-26 02:30+01', 'one that it shows twice comes once');
select is(jobs._cron_next(jobs._cron_parse('*/30 * * * *'), 'Europe/Berlin', '2026-10-25 02:30+02'),
          '2026-10-25 02:00+01', 'with any hour, both of them count');
select throws_ok(format('select jobs._cron_parse(%L)', c.e), 'PT422', c.why, 'refused: ' || c.e)
  from (values ('61 * * * *', '''61'' does not fit the field minute of a cron expression.'),
               ('* * *', '''* * *'' is no cron expression.')) as c (e, why);

select * from finish();
rollback;
