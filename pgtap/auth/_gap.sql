begin;
select plan(7);
select is((auth._gap('recovery', 'ada@example.test', '{}', '2026-01-01Z')).status, null, 'the first goes');
select results_eq($$ select status, body ->> 'code', body -> 'retry_after'
                       from auth._gap('recovery', 'ada@example.test', '{}', '2026-01-01 00:00:59Z') $$,
                  $$ values (429, 'over_email_send_rate_limit', '1'::jsonb) $$,
                  'the next waits out the minute');
select is((auth._gap('recovery', 'ada@example.test', '{}', '2026-01-01 00:01Z')).status, null,
          'and goes then');
select is(array[(auth._gap('otp', '4367', '{"sms_gap": 0}', '2026-01-01Z')).status,
                (auth._gap('otp', '4367', '{"sms_gap": 0}', '2026-01-01Z')).status],
          array[null, null]::int[], 'a gap of nothing holds nobody up');
-- The cap that all share.
select auth._count_sent('mail', '{"mail_cap": 2}', '2026-01-01 00:10Z') from generate_series(1, 2);
select results_eq($$ select status, body ->> 'code', body -> 'retry_after'
                       from auth._gap('otp', 'eve@example.test', '{"mail_cap": 2}', '2026-01-01 00:50Z') $$,
                  $$ values (429, 'over_email_send_rate_limit', '600'::jsonb) $$,
                  'no more mails leave in an hour than may');
select is((auth._gap('otp', '4368', '{"mail_cap": 2}', '2026-01-01 00:50Z')).status, null,
          'SMS have a cap of their own');
select is((auth._gap('otp', 'eve@example.test', '{"mail_cap": 2}', '2026-01-01 01:00Z')).status, null,
          'the next hour they leave again');
select * from finish();
rollback;
