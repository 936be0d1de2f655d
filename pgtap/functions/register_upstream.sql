begin;
select plan(5);

select functions.register_upstream('far', 'http://far.test/base');
select functions.register_upstream('far', 'https://far.test', false, '{service_role}', '5s');
select results_eq('select name, url, verify_jwt, roles, timeout from functions.upstreams',
                  $$ values ('far', 'https://far.test', false, '{service_role}'::text[],
                             '5 seconds'::interval) $$,
                  'a second call changes the first');
select throws_ok($$ select functions.register_upstream('a/b', 'http://far.test') $$, '23514', null,
                 'a name is one segment');
select throws_ok($$ select functions.register_upstream('far', 'file:///etc/passwd') $$, '23514', null,
                 'a URL is of HTTP');
select tests.as_service();
select throws_ok($$ select functions.register_upstream('x', 'http://far.test') $$, '42501', null,
                 'a request cannot register one');
select tests.as_anon();
select throws_ok($$ select * from functions.upstreams $$, '42501', null, 'nor read where they are');
select tests.as_owner();

select * from finish();
rollback;
