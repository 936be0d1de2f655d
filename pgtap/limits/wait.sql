begin;
select plan(4);
select is(limits.wait('b', 'k', 1, '1 minute', '2026-01-01 00:00:15Z'), 0,
          'a window that nobody has hit is open');
select limits.hit('b', 'k', 1, '1 minute', '2026-01-01 00:00:15Z');
select is(limits.wait('b', 'k', 1, '1 minute', '2026-01-01 00:00:15Z'), 45,
          'a full one says when the next begins');
select is(limits.wait('b', 'k', 2, '1 minute', '2026-01-01 00:00:15Z'), 0, 'looking counts nothing');
select is(limits.wait('b', 'k', 1, '1 minute', '2026-01-01 00:01:00Z'), 0, 'the next window is open');
select * from finish();
rollback;
