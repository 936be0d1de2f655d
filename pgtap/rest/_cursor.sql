begin;
select plan(6);
\ir ../fixtures/shop.sql
create function pg_temp.after(_terms jsonb) returns text
  language sql as $$
  select rest._cursor_after(_terms) $$;

select is(pg_temp.after('[{"sql": "a", "down": false, "first": false, "sure": true, "lit": 1},
                          {"sql": "b", "down": false, "first": false, "sure": true, "lit": 2}]'),
          '(a, b) > ($1, $2)', 'columns that are never null compare as a row');
select is(pg_temp.after('[{"sql": "a", "down": true, "first": true, "sure": true, "lit": 1},
                          {"sql": "b", "down": false, "first": false, "sure": true, "lit": 2}]'),
          '(a < $1 or a = $1 and (b > $2))', 'mixed directions do not');
select is(pg_temp.after('[{"sql": "a", "down": false, "first": false, "sure": false, "lit": 1}]'),
          '(a > $1 or a is null)', 'nulls that come last are behind a value');
select is(pg_temp.after('[{"sql": "a", "down": false, "first": false, "sure": false, "lit": null},
                          {"sql": "b", "down": false, "first": false, "sure": true, "lit": 1}]'),
          '(a is null and (b > $1))', 'and only nulls behind a null');
select is(pg_temp.answer('{"op": "read", "name": "orders", "cursor": {"after": [1]},
                           "root": {"select": [{"name": "id"}], "limit": 2}}', '10', '1'),
          '[{"id": 11}]', 'a page begins behind the last one');
select is(pg_temp.refusal('{"op": "read", "name": "orders", "cursor": {"after": [1, 2]}, "lits": 2}'),
          '400 PGRST100: The cursor does not fit this request', 'a cursor of another order is refused');
select * from finish();
rollback;
