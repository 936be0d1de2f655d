begin;
select plan(4);
\ir ../../fixtures/api_keys.sql

insert into auth.api_key_usage (key_id, hour, surface, outcome, calls, total_ms)
select '00000000-0000-0000-0000-000000000001', '2026-01-01Z'::timestamptz + n * interval '1 day',
       'rest', '2xx', 1, 1
  from generate_series(0, 4) n;
select is(auth.purge_api_key_usage('1 day', 2, '2026-01-05Z'), 2, 'a sweep is bounded');
select results_eq('select min(hour) from auth.api_key_usage', array['2026-01-03Z'::timestamptz],
                  'and takes the oldest first');
select is(auth.purge_api_key_usage('1 day', 1000, '2026-01-05Z'), 1, 'what is still reported stays');
select tests.as_anon();
select throws_ok($$ select auth.purge_api_key_usage() $$, '42501', null, 'clients sweep nothing');

select * from finish();
rollback;
