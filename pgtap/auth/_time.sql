begin;
select plan(2);

select is(auth._time('2026-01-02 03:04:05.678901+02'), '2026-01-02T01:04:05.678901Z', 'RFC 3339, in UTC');
select is(auth._time(null), null, 'no time is none');

select * from finish();
rollback;
