begin;
select plan(2);
select is((auth._refuse_address('ada@example.test', null, '{}', 400)).status, null, 'an address is fine');
select results_eq($$ select (auth._refuse_address(null, '43660', '{}', 422)).status,
                            (auth._refuse_address('ada', null, '{}', 422)).status,
                            (auth._refuse_address(null, 'x', '{"phone_enabled": true}', 422)).status $$,
                  $$ values (422, 400, 400) $$, 'what is off or none is not');
select * from finish();
rollback;
