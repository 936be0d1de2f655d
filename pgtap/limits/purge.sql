begin;
select plan(3);

insert into limits.windows (bucket, key, started_at, hits)
select 'b', n::text, '2026-01-01Z'::timestamptz + n * interval '1 hour', 1 from generate_series(1, 5) n;

select is(limits.purge('2 hours', 2, '2026-01-01 06:30Z'), 2, 'a batch at a time');
select is(limits.purge('2 hours', 100, '2026-01-01 06:30Z'), 2, 'then the rest of the old');
select results_eq('select key from limits.windows', array['5'], 'what is recent stays');

select * from finish();
rollback;
