begin;
select plan(4);
select is((auth._gap('recovery', 'ada@example.test', '{}', '2026-01-01Z')).status, null, 'the first goes');
select results_eq($$ select status, body ->> 'code', body -> 'retry_after' from auth._gap('recovery', 'ada@example.test', '{}', '2026-01-01 00:00:59Z') $$,
                  $$ values (429, 'over_email_send_rate_limit', '1'::jsonb) $$, 'the next waits out the minute');
select is((auth._gap('recovery', 'ada@example.test', '{}', '2026-01-01 00:01Z')).status, null, 'and goes then');
select is(array[(auth._gap('otp', '4367', '{"sms_gap": 0}', '2026-01-01Z')).status, (auth._gap('otp', '4367', '{"sms_gap": 0}', '2026-01-01Z')).status], array[null, null]::int[],
          'a gap of nothing holds nobody up');
select * from finish();
rollback;
