begin;
select plan(4);

insert into auth.users (id, email, encrypted_password, recovery_token, raw_user_meta_data)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', 'hash', 'secret', '{"name": "Ada"}');

select is(auth._user_json(u) ->> 'email', 'ada@example.test', 'it is the user') from auth.users u;
select is(auth._user_json(u) -> 'user_metadata', '{"name": "Ada"}', 'metadata goes under its wire name')
  from auth.users u;
select ok(auth._user_json(u)::text !~ 'hash|secret', 'no hash and no token is in it') from auth.users u;
select ok(not auth._user_json(u) ? 'email_confirmed_at', 'a time that is not is left out') from auth.users u;

select * from finish();
rollback;
