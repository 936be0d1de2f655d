begin;
select plan(5);

insert into auth.users (id, email, email_confirmed_at, raw_user_meta_data)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', '2026-01-01Z', '{"full_name": "Ada"}');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
insert into oauth.clients (id, name, redirect_uris, auth_method, secret_hash)
values ('00000000-0000-0000-0000-0000000000c1', 'Demo', '{https://a.test/cb}', 'client_secret_basic', '\xaa'),
       ('00000000-0000-0000-0000-0000000000c2', 'Other', '{https://a.test/cb}',
        'client_secret_basic', '\xbb'),
       ('00000000-0000-0000-0000-0000000000c3', 'Public', '{https://a.test/cb}', 'none', null);
insert into oauth.grants (session_id, client_id, scopes, counter)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-0000000000c1', '{openid,email}', 4);
create function pg_temp.look(_client int, _secret bytea, _counter bigint) returns text language sql as $$
  select concat_ws(' ', i.status, i.body ->> 'error', i.body ->> 'active', i.body ->> 'sub')
    from oauth.introspect(('00000000-0000-0000-0000-0000000000c' || _client)::uuid, _secret,
                          null, '00000000-0000-0000-0000-00000000000b', _counter, '{}') i $$;

select is(pg_temp.look(1, '\xaa', 4), '200 true 00000000-0000-0000-0000-00000000000a',
          'the current token is active');
select is(pg_temp.look(1, '\xaa', 3), '200 false', 'a used one is not');
select is(pg_temp.look(2, '\xbb', 4), '200 false', 'nor for another client');
select is(pg_temp.look(1, '\xbb', 4), '401 invalid_client', 'a secret is needed');
select is(pg_temp.look(3, null, 4), '401 invalid_client', 'so public clients may not look');

select * from finish();
rollback;
