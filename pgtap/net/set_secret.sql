begin;
select plan(6);

select results_eq($$ select status, body from net.set_secret('stripe', '\xaa') $$,
                  $$ values (200, '{"name": "stripe"}'::jsonb) $$, 'a secret is kept');
select net.set_secret('stripe', '\xbb');
select results_eq('select name, sealed from net.secrets', $$ values ('stripe', '\xbb'::bytea) $$,
                  'the same name replaces it');
select results_eq($$ select status, body ->> 'code' from net.set_secret('a b', '\xaa') $$,
                  $$ values (400, 'invalid_secret') $$, 'a name is a plain word');
select results_eq($$ select status from net.set_secret('a', null) $$, array[400], 'a value is needed');
select tests.as_service();
select throws_ok('select sealed from net.secrets', '42501', null, 'nobody reads it back');
select tests.as_user('ada');
select throws_ok($$ select net.set_secret('a', '\xaa') $$, '42501', null, 'users keep none');

select * from finish();
rollback;
