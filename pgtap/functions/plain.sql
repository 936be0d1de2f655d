begin;
select plan(2);

select is(functions.plain('{"a": ["1"], "b": ["1", "2"]}'), '{"a": "1", "b": ["1", "2"]}',
          'a list of one becomes its value');
select is(functions.plain('{}'), '{}', 'nothing stays nothing');

select * from finish();
rollback;
