begin;
select plan(4);
\ir ../fixtures/shop.sql
select is(rest._types('select $1, $3', '{"lits": 3}', 3), '[0, 25, 17]', 'used, unused and binary literals');
select is(rest._plan_prefix('{"plan": {"plan": "json", "options": ["analyze", "nonsense"]}}'),
          'explain (format json, analyze) ', 'options of a plan come from a list');
select is(rest._page('{"check": true}', 'n'), 'set_config(''rest.affected'', n::text, true)::bigint',
          'a count that is checked later is left behind');
select ok(not rest._default_select('{"select": [{"name": "*"}, {"name": "id"}]}'),
          'a star and more is not all of the row');
select * from finish();
rollback;
