begin;
select plan(5);

select results_eq($$ select jobs._every(e.e)
                       from unnest(array['@every 90 seconds', '@EVERY 1h30m',
                                         '*/5 * * * *']) with ordinality as e (e, n)
                      order by e.n $$,
                  $$ values (interval '90 seconds'), ('90 minutes'), (null) $$, 'an interval in words');
select throws_ok(format('select jobs._every(%L)', '@every ' || e.e),
                 'PT422', format('%L is no interval of a schedule.', e.e), 'refused: ' || e.e)
  from unnest(array['soon', '0.5 seconds', '1 month']) as e (e);
select is(jobs._next(null, '1 day', 'UTC', '2026-03-01 00:00Z'), '2026-03-02 00:00Z',
          'the next multiple comes after the last');

select * from finish();
rollback;
