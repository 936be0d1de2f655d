begin;
select plan(5);

insert into auth.users (id, email) values ('00000000-0000-0000-00a6-00000000000a', 'rt-ada@example.test');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-00a6-00000000000b', '00000000-0000-0000-00a6-00000000000a'),
       ('00000000-0000-0000-00a6-00000000000c', '00000000-0000-0000-00a6-00000000000a');
insert into oauth.clients (id, name, redirect_uris, auth_method, secret_hash)
values ('00000000-0000-0000-00a6-0000000000c1', 'Demo', '{https://a.test/cb}', 'client_secret_basic', '\xaa'),
  ('00000000-0000-0000-00a6-0000000000c2', 'Other', '{https://a.test/cb}', 'client_secret_basic', '\xbb');
insert into oauth.grants (session_id, client_id, scopes)
values ('00000000-0000-0000-00a6-00000000000b', '00000000-0000-0000-00a6-0000000000c1', '{openid}');
create function pg_temp.revoke(_client int, _secret bytea, _session char default 'b') returns text
  language sql as $$
  select concat_ws(' ', r.status, r.body ->> 'error')
    from oauth.revoke_token(('00000000-0000-0000-00a6-0000000000c' || _client)::uuid, _secret,
                            ('00000000-0000-0000-00a6-00000000000' || _session)::uuid, null) r $$;

select is(pg_temp.revoke(1, '\xbb'), '401 invalid_client', 'a client proves who it is');
select is(pg_temp.revoke(2, '\xbb') || ', ' || pg_temp.revoke(1, '\xaa', 'c'), '200, 200',
          'what is not the client''s is no error');
select results_eq('select count(*)::int from auth.sessions', array[2], 'and nothing happens');
select is(pg_temp.revoke(1, '\xaa'), '200', 'the holder revokes');
select results_eq('select s.id from auth.sessions s', array['00000000-0000-0000-00a6-00000000000c'::uuid],
                  'which ends its session, and no other');

select * from finish();
rollback;
