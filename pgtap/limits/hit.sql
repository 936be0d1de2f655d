begin;
select plan(7);

select is(limits.hit('b', 'k', 2, '1 minute', '2026-01-01 00:00:10Z'), 0, 'the first hit passes');
select is(limits.hit('b', 'k', 2, '1 minute', '2026-01-01 00:00:20Z'), 0, 'and all up to the limit');
select is(limits.hit('b', 'k', 2, '1 minute', '2026-01-01 00:00:20Z'), 40,
          'one more waits for the next window');
select is(limits.hit('b', 'other', 2, '1 minute', '2026-01-01 00:00:20Z'), 0,
          'another key has a count of its own');
select is(limits.hit('b', 'k', 2, '1 minute', '2026-01-01 00:01:00Z'), 0, 'a new window begins at nothing');
select is(limits.hit('c', null, 1, '1 minute', '2026-01-01 00:00:00Z')
          + limits.hit('c', null, 1, '1 minute', '2026-01-01 00:00:00Z'),
          60, 'a null key is one key');
select ok(limits.hit('d', 'k', null, '1 minute') > 0, 'a null limit refuses');

select * from finish();
rollback;
