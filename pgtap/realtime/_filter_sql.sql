begin;
select plan(6);

create table public.things (id int, body text, done boolean);
create function pg_temp.match(_filter jsonb, _image jsonb) returns boolean language plpgsql as $$
declare
  v_i int[];
  v_n int[];
begin
  execute realtime._match_sql('public.things'::regclass, _filter)
    into v_i, v_n using array[1], array[_filter], array[_image];
  return coalesce(cardinality(v_i), 0) = 1;
end $$;
select ok(pg_temp.match('[{"column": "id", "op": "gte", "value": "5"}]', '{"id": 5}'), 'a comparison holds');
select ok(not pg_temp.match('[{"column": "id", "op": "eq", "value": "5"}]', '{}'),
          'null compares to nothing');
select ok(pg_temp.match('[{"column": "id", "op": "in", "not": true, "value": ["1", "2"]},
                          {"column": "done", "op": "is", "value": "true"}]', '{"id": 3, "done": true}'),
          'terms are and-ed, not negates');
select ok(pg_temp.match('[{"column": "body", "op": "eq", "value": "''; drop table public.things; --"}]',
                        '{"body": "''; drop table public.things; --"}'),
          'a value stays a value');
select throws_ok($$ select realtime._filter_sql('public.things'::regclass,
                                                '[{"column": "nope", "op": "eq", "value": "1"}]') $$,
                 'PT400', 'column ''nope'' does not exist', 'an unknown column is refused');
select throws_ok($$ select realtime._filter_sql('public.things'::regclass,
                                                '[{"column": "id", "op": "is", "value": "true"}]') $$,
                 'PT400', null, 'so is an operator that does not suit the column');

select * from finish();
rollback;
