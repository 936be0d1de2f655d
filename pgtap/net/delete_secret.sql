begin;
select plan(3);

select net.set_secret('stripe', '\xaa');
select results_eq($$ select status from net.delete_secret('stripe') $$, array[200], 'a secret is forgotten');
select results_eq($$ select status, body ->> 'code' from net.delete_secret('stripe') $$,
                  $$ values (404, 'secret_not_found') $$, 'once');
select tests.as_user('ada');
select throws_ok($$ select net.delete_secret('stripe') $$, '42501', null, 'users forget none');

select * from finish();
rollback;
