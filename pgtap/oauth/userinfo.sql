begin;
select plan(5);

insert into auth.users (id, email, email_confirmed_at, raw_user_meta_data)
values ('00000000-0000-0000-00a7-00000000000a', 'ui-ada@example.test', '2026-01-01Z', '{"full_name": "Ada"}');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-00a7-00000000000b', '00000000-0000-0000-00a7-00000000000a'),
       ('00000000-0000-0000-00a7-00000000000c', '00000000-0000-0000-00a7-00000000000a');
insert into oauth.clients (id, name, redirect_uris)
values ('00000000-0000-0000-00a7-0000000000c1', 'Demo', '{https://a.test/cb}');
insert into oauth.grants (session_id, client_id, scopes)
values ('00000000-0000-0000-00a7-00000000000b', '00000000-0000-0000-00a7-0000000000c1', '{openid,email}');
create function pg_temp.info(_scope text, _session char default 'b', _user char default 'a') returns jsonb
  language sql as $$
  select case u.status
           when 200 then u.body - 'updated_at'
           else to_jsonb(concat_ws(' ', u.status, u.body ->> 'error')) end
    from oauth.userinfo(('00000000-0000-0000-00a7-00000000000' || _user)::uuid,
                        ('00000000-0000-0000-00a7-00000000000' || _session)::uuid, _scope, '{}') u $$;

select is(pg_temp.info('openid email'),
          '{"sub": "00000000-0000-0000-00a7-00000000000a", "email": "ui-ada@example.test",
            "email_verified": true}',
          'an app is told what its token''s scopes ask for');
select is(pg_temp.info('openid'), '{"sub": "00000000-0000-0000-00a7-00000000000a"}', 'and no more');
select is(pg_temp.info(null, 'c') -> 'name', '"Ada"', 'the app''s own token shows all');
select is(pg_temp.info('openid email', 'b', 'f'), '"401 invalid_token"', 'a session is its user''s');
delete from auth.sessions;
select is(pg_temp.info('openid email'), '"401 invalid_token"', 'when it has ended, so has the token');

select * from finish();
rollback;
