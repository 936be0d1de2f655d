begin; select plan(1);
select is(storage.entry_json('a/b/', 'a/', null, null, null, null, null) ->> 'name', 'b', 'a name is relative, a folder''s has no slash');
select * from finish(); rollback;
