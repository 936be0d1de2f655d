begin;
select plan(8);

create function functions.shut(request functions.request) returns functions.response
  language sql set statement_timeout = '7s' as $$
  select functions.reply('1') $$;
create function functions.ajar(request functions.request) returns jsonb
  language sql set functions.verify_jwt = off as $$
  select '1'::jsonb $$;
create function functions.rows(request functions.request) returns setof jsonb
  language sql as $$
  select '1'::jsonb $$;
create function functions.private(request functions.request) returns jsonb
  language sql as $$
  select '1'::jsonb $$;
revoke execute on function functions.private(functions.request) from public;

select tests.as_login();
select ok(functions.admit('shut', 'anon', true), 'a valid token lets a caller on');
select is(current_setting('statement_timeout'), '7s', 'the handler''s own time-out is set');
select ok(functions.admit('ajar', 'anon', false), 'a handler may do without a token');
select throws_ok($$ select functions.admit('shut', 'anon', false) $$, 'PT401', null,
                 'others may not be called without one');
select throws_ok($$ select functions.admit('nobody', 'anon', true) $$, 'PT404', null,
                 'what is absent is not found');
select throws_ok($$ select functions.admit('private', 'anon', true) $$, 'PT404', null,
                 'nor is what is not granted');
select throws_ok($$ select functions.admit('rows', 'anon', true) $$, 'PT404', null,
                 'nor what has another signature');
select tests.as_anon();
select throws_ok($$ select functions.admit('ajar', 'anon', true) $$, '42501', null, 'only the server asks');
select tests.as_owner();

select * from finish();
rollback;
