begin; select plan(2);
select tests.as_login();
select results_eq($$ select status, body from rest.ready() $$, $$
                    values (200, '{"ready": true, "read_only": false}'::jsonb) $$,
                  'an installed schema is ready');
select tests.as_anon();
select throws_ok($$ select rest.ready() $$, '42501', null, 'request roles do not reach it');
select * from finish(); rollback;
