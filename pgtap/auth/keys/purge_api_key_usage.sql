begin;
select plan(4);

insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now()),
       ('00000000-0000-0000-0000-00000000000f', 'bob@example.test', now());
insert into auth.api_keys (id, user_id, name, prefix, key_hash, created_at)
values ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000a',
        'old', 'aaaaaaaa', '\x01', '2026-01-01Z'),
       ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-00000000000a',
        'new', 'bbbbbbbb', '\x01', '2026-01-02Z'),
       ('00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-00000000000f',
        'bob''s', 'cccccccc', '\x01', '2026-01-03Z');

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
