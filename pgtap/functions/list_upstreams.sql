begin;
select plan(2);

select functions.register_upstream('far', 'http://far.test', _timeout => '1.5 seconds');
select tests.as_login();
select results_eq('select name, url, verify_jwt, roles, timeout_ms from functions.list_upstreams()',
  $$ values ('far', 'http://far.test', true, null::text[], 1500::bigint) $$, 'the server reads them all');
select tests.as_anon();
select throws_ok('select * from functions.list_upstreams()', '42501', null, 'nobody else does');
select tests.as_owner();

select * from finish();
rollback;
