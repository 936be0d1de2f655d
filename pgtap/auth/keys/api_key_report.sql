begin;
select plan(6);
\ir ../../fixtures/api_keys.sql

insert into auth.api_key_usage (key_id, hour, surface, outcome, calls, total_ms)
values ('00000000-0000-0000-0000-000000000001', '2026-03-01 10:00Z', 'rest', '2xx', 4, 10),
       ('00000000-0000-0000-0000-000000000001', '2026-03-01 10:00Z', 'rest', '4xx', 2, 2),
       ('00000000-0000-0000-0000-000000000002', '2026-02-20 10:00Z', 'auth', '5xx', 1, 1),
       ('00000000-0000-0000-0000-000000000003', '2026-03-01 10:00Z', 'rest', '2xx', 9, 9);
create function pg_temp.report(_id uuid, _since timestamptz)
  returns table (status int, calls int, failed int, hours int) language sql as $$
  select r.status, (r.body ->> 'calls')::int, (r.body ->> 'failed')::int,
         jsonb_array_length(r.body -> 'hours')
    from auth.api_key_report('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b',
                             _id, _since, '2026-03-01 11:00Z') r $$;
select results_eq('select * from pg_temp.report(null, null)', 'values (200, 6, 2, 2)',
                  'a day of one''s own keys');
select results_eq($$ select * from pg_temp.report(null, '2026-02-15Z') $$, 'values (200, 7, 3, 3)',
                  'or more');
select results_eq($$ select * from pg_temp.report('00000000-0000-0000-0000-000000000002', '2026-02-15Z') $$,
                  'values (200, 1, 1, 1)', 'or of one key');
select is((select r.body #>> '{hours,0,average_ms}'
             from auth.api_key_report('00000000-0000-0000-0000-00000000000a',
                                      '00000000-0000-0000-0000-00000000000b', null,
                                      null, '2026-03-01 11:00Z') r),
          '2.5', 'with the time that a request took');
select is((select r.status from pg_temp.report('00000000-0000-0000-0000-000000000003', null) r), 404,
          'a stranger''s key is not found');
select is((select (r.body ->> 'since')::timestamptz
             from auth.api_key_report('00000000-0000-0000-0000-00000000000a',
                                      '00000000-0000-0000-0000-00000000000b', null,
                                      '2020-01-01Z', '2026-03-01 11:00Z') r),
          '2026-01-29 11:00Z'::timestamptz, 'and no more than a month');

select * from finish();
rollback;
