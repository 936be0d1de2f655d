begin;
select plan(1);
insert into auth.sessions (user_id, tag) values (tests.user('ada'), 'minted');
select is(auth._session_json(s) ->> 'tag', 'minted', 'a session shows its tag, and no counter')
  from auth.sessions s;
select * from finish();
rollback;
