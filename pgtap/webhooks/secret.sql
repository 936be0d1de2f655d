begin;
select plan(3);

create temporary table s as
  select (body ->> 'id')::uuid as id from webhooks.subscribe('{*}', 'https://a.test/', _secret => '\xaa');
select results_eq('select x.status, x.version, x.secret from s, webhooks.secret(s.id) x',
                  $$ values (200, 1, '\xaa'::bytea) $$, 'the server gets what it sealed');
select results_eq($$ select status, body ->> 'code' from webhooks.secret(gen_random_uuid()) $$,
                  $$ values (404, 'subscription_not_found') $$, 'an unknown subscription has none');
select tests.as_user('ada');
select throws_ok('select webhooks.secret(gen_random_uuid())', '42501', null, 'users get none');

select * from finish();
rollback;
