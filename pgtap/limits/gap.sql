begin;
select plan(4);
select is(limits.gap('b', 'k', '1 minute', '2026-01-01 00:00:00Z'), 0, 'the first goes');
select is(limits.gap('b', 'k', '1 minute', '2026-01-01 00:00:45Z'), 15,
          'the next waits, counted from the last that went');
select is(limits.gap('b', 'other', '1 minute', '2026-01-01 00:00:45Z'), 0,
          'another key has a gap of its own');
select is(limits.gap('b', 'k', '1 minute', '2026-01-01 00:01:00Z'), 0, 'after the gap it goes');
select * from finish();
rollback;
