begin;
select plan(3);

select is(auth._limited('signup', '192.0.2.1', '{"rate_limit_signup": 1}', '2026-01-01Z'), 0,
          'within the limit goes on');
select is(auth._limited('signup', '192.0.2.1', '{"rate_limit_signup": 1}', '2026-01-01Z'), 60,
          'over it waits');
select is(auth._limited('signup', '192.0.2.1', '{"rate_limit_signup": 1, "rate_limit_enabled": false}',
                        '2026-01-01Z'),
          0, 'limits can be switched off');

select * from finish();
rollback;
