begin;
select plan(2);

select is(realtime._shape('[{"column": "a", "op": "eq", "value": "1"}]'), realtime._shape(
            '[{"column": "a", "op": "eq", "value": "2"}]'),
          'filters that differ in values have one shape');
select isnt(realtime._shape('[{"column": "a", "op": "is", "value": "null"}]'), realtime._shape(
              '[{"column": "a", "op": "is", "value": "true"}]'),
            'but what is asked of is belongs to it');

select * from finish();
rollback;
