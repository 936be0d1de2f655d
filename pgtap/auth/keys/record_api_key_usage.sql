begin;
select plan(4);

insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
insert into auth.api_keys (id, user_id, name, prefix, key_hash)
values ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000a',
        'k', 'aaaaaaaa', '\x01');

select is(auth.record_api_key_usage(
            '[{"prefix": "aaaaaaaa", "surface": "rest", "outcome": "2xx", "calls": 3, "ms": 6, "hits": 2},
              {"prefix": "aaaaaaaa", "surface": "rest", "outcome": "4xx", "calls": 1, "ms": 1, "hits": 1},
              {"prefix": "zzzzzzzz", "surface": "rest", "outcome": "2xx", "calls": 9, "ms": 9, "hits": 9}]',
            '2026-01-01 10:20:30Z'),
          3, 'a node tells what it counted');
select is(auth.record_api_key_usage('[{"prefix": "aaaaaaaa", "surface": "rest", "outcome": "2xx", "calls": 1,
                                       "ms": 1, "hits": 1}]', '2026-01-01 10:20:40Z'),
          1, 'and goes on');
select results_eq('select outcome, calls, total_ms from auth.api_key_usage order by 1',
                  $$ values ('2xx', 4::bigint, 7::bigint), ('4xx', 1, 1) $$, 'hours add up');
select results_eq('select window_hits, last_used_at from auth.api_keys',
                  $$ values (4, '2026-01-01 10:20:40Z'::timestamptz) $$, 'and so do minutes');

select * from finish();
rollback;
