begin;
select plan(3);

select tests.as_anon();
select is(convert_from((functions.hello(null)).body, 'UTF8')::jsonb ->> 'hello', 'world', 'it greets the world');
select is(convert_from((functions.hello(row('GET', '/', '{"name": ["ada"]}', null, null, null, null, null, null, null, null)::functions.request)).body, 'UTF8')::jsonb,
          '{"hello": "ada", "you_are": "anon"}', 'or whom it is told');
select tests.as_owner();
select tests.rls_enabled('public');

select * from finish();
rollback;
