begin;
select plan(4);

insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a'),
       ('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-00000000000a');
insert into oauth.clients (id, name, redirect_uris)
values ('00000000-0000-0000-0000-0000000000c1', 'Demo', '{https://a.test/cb}');
insert into oauth.consents (user_id, client_id, scopes)
values ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000c1', '{openid}');
insert into oauth.grants (session_id, client_id, scopes)
values ('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-0000000000c1', '{openid}');
create function pg_temp.revoke(_session char default 'b') returns text language sql as $$
  select concat_ws(' ', r.status, r.body ->> 'code')
    from oauth.grant_revoke('00000000-0000-0000-0000-00000000000a',
                            ('00000000-0000-0000-0000-00000000000' || _session)::uuid,
                            '00000000-0000-0000-0000-0000000000c1', null) r $$;

select is(pg_temp.revoke('c'), '403 oauth_client_not_allowed', 'an app shuts no other out');
select is(pg_temp.revoke(), '204', 'a user takes consent back');
select results_eq('select id from auth.sessions', array['00000000-0000-0000-0000-00000000000b'::uuid],
                  'which ends what the client holds, and nothing else');
select is(pg_temp.revoke(), '404 oauth_consent_not_found', 'once');

select * from finish();
rollback;
