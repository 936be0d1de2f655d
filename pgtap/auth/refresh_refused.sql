begin;
select plan(2);

select results_eq($$ select status
                       from auth.refresh_refused('192.0.2.1', '{"rate_limit_refresh": 1}', '2026-01-01Z') $$,
                  array[200], 'a few are let be');
select results_eq($$ select status, body ->> 'code'
                       from auth.refresh_refused('192.0.2.1', '{"rate_limit_refresh": 1}', '2026-01-01Z') $$,
                  $$ values (429, 'over_request_rate_limit') $$, 'many wait');

select * from finish();
rollback;
