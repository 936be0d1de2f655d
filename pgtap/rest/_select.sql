begin;
select plan(5);
\ir ../fixtures/shop.sql
select is(rest._field_alias('{"name": "info", "path": [["->", "a"], ["->", 0]]}', false), 'a',
          'a path is called by its last key');
select is(rest._aggregate('t.x', 'sum', 'int'), 'cast(sum(t.x) as int)', 'an aggregate and its cast');
select throws_ok($$ select rest._cast('x', 'int); drop') $$, 'HW000', '"int); drop" is no type',
                 'a cast takes words only');
select is(jsonb_array_length(rest._fields(jsonb_build_object('rel', 'shop.customers'::regclass::oid::bigint),
                                          true)),
          3, 'a star is written out where something is grouped');
select ok(rest._is_empty_embed('{"embed": [{"name": "a"}]}'), 'an embed of empty embeds is empty');
select * from finish();
rollback;
