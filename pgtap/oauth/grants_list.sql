begin;
select plan(4);

insert into auth.users (id, email)
values ('00000000-0000-0000-00a5-00000000000a', 'gl-ada@example.test'),
       ('00000000-0000-0000-00a5-00000000000f', 'gl-bob@example.test');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-00a5-00000000000b', '00000000-0000-0000-00a5-00000000000a'),
       ('00000000-0000-0000-00a5-00000000000c', '00000000-0000-0000-00a5-00000000000a');
insert into oauth.clients (id, name, redirect_uris)
values ('00000000-0000-0000-00a5-0000000000c1', 'Demo', '{https://a.test/cb}'),
       ('00000000-0000-0000-00a5-0000000000c2', 'Other', '{https://a.test/cb}');
insert into oauth.consents (user_id, client_id, scopes, granted_at)
values
  ('00000000-0000-0000-00a5-00000000000a', '00000000-0000-0000-00a5-0000000000c1', '{openid}', '2026-01-01Z'),
  ('00000000-0000-0000-00a5-00000000000a', '00000000-0000-0000-00a5-0000000000c2', '{email}', '2026-01-02Z'),
  ('00000000-0000-0000-00a5-00000000000f', '00000000-0000-0000-00a5-0000000000c1', '{phone}', '2026-01-03Z');
insert into oauth.grants (session_id, client_id, scopes)
values ('00000000-0000-0000-00a5-00000000000c', '00000000-0000-0000-00a5-0000000000c1', '{openid}');
create function pg_temp.list(_user_id uuid, _session_id uuid) returns text language sql as $$
  select concat_ws(' ', l.status, l.body ->> 'code', case
    when l.status = 200 then (select string_agg(concat(g -> 'client' ->> 'name', ' ', g ->> 'scopes'), ', ')
                                from jsonb_array_elements(l.body) g) end)
    from oauth.grants_list(_user_id, _session_id) l $$;

select is(pg_temp.list('00000000-0000-0000-00a5-00000000000a', '00000000-0000-0000-00a5-00000000000b'),
          '200 Other ["email"], Demo ["openid"]', 'a user sees whom they let in, newest first');
select is(pg_temp.list('00000000-0000-0000-00a5-00000000000f', '00000000-0000-0000-00a5-00000000000b'),
          '403 session_not_found', 'by a session of their own');
select is(pg_temp.list('00000000-0000-0000-00a5-00000000000a', '00000000-0000-0000-00a5-00000000000c'),
          '403 oauth_client_not_allowed', 'an app does not see the others');
select tests.as_user('gl-ada');
select throws_ok($$ select pg_temp.list(null, null) $$, '42501', null, 'and only the server asks');

select * from finish();
rollback;
