begin;
select plan(5);

select tests.as_user('ada');
select ok(auth.has_scope('todos:write'), 'a session has every scope');
select ok(not auth.has_scope(null), 'but not none');
select tests.as_user('ada',
                     '{"api_key_id": "00000000-0000-0000-0000-000000000001", "scopes": ["todos:read"]}');
select ok(auth.has_scope('todos:read'), 'a key has its own');
select ok(not auth.has_scope('todos:write'), 'and no other');
select tests.as_user('ada', '{"api_key_id": "00000000-0000-0000-0000-000000000001"}');
select ok(not auth.has_scope('todos:read'), 'without a list it has none');

select * from finish();
rollback;
