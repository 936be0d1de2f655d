begin;
select plan(2);

select tests.as_anon();
select is(convert_from((functions.hello(null)).body, 'UTF8')::jsonb ->> 'hello', 'world', 'it greets the world');
select is(convert_from((functions.hello(row('GET', '/', '{"name": ["ada"]}', null, null, null, null, null, null, null, null)::functions.request)).body, 'UTF8')::jsonb,
          '{"hello": "ada", "you_are": "anon"}', 'or whom it is told');
select tests.as_owner();

select * from finish();
rollback;
