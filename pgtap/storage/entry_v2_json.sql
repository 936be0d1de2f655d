begin; select plan(2);
select is(storage.entry_v2_json('{"key": "a/b", "size": 1, "id": 2}', 'a/', true),
          '{"id": 2, "key": "b", "name": "a/b"}', 'with a delimiter there is a relative key');
select is(storage.entry_v2_json('{"key": "a/b", "size": 1, "id": 2}', null, false),
          '{"id": 2, "name": "a/b"}', 'without, there is none');
select * from finish(); rollback;
