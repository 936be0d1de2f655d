begin;
select plan(2);
select results_eq($$ select status, body from auth._no(400, 'c', 'm') $$,
                  $$ values (400, '{"code": "c", "message": "m"}'::jsonb) $$, 'no is a status and a refusal');
select results_eq($$ select (auth._yes()).status, (auth._wait(7)).body -> 'retry_after' $$,
                  $$ values (200, '7'::jsonb) $$, 'yes is 200, wait says how long');
select * from finish();
rollback;
