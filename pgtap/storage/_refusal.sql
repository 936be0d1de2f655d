begin; select plan(1);
select is(storage._refusal('X', 'y'), '{"code": "X", "message": "y"}', 'a refusal is a code and a sentence');
select * from finish(); rollback;
