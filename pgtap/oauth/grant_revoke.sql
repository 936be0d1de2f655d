begin;
select plan(4);

insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
insert into auth.sessions (id, user_id) values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a'), ('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-00000000000a');
insert into oauth.clients (id, name, redirect_uris) values ('00000000-0000-0000-0000-0000000000c1', 'Demo', '{https://a.test/cb}');
insert into oauth.consents (user_id, client_id, scopes) values ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000c1', '{openid}');
insert into oauth.grants (session_id, client_id, scopes) values ('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-0000000000c1', '{openid}');
create function pg_temp.revoke() returns text language sql as $$
  select concat_ws(' ', r.status, r.body ->> 'code')
    from oauth.grant_revoke('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-0000000000c1', null) r $$;

select is((select l.body -> 0 -> 'client' ->> 'name' from oauth.grants_list('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b') l), 'Demo', 'a user sees whom they let in');
select is(pg_temp.revoke(), '204', 'and takes it back');
select results_eq('select id from auth.sessions', array['00000000-0000-0000-0000-00000000000b'::uuid], 'which ends what the client holds, and nothing else');
select is(pg_temp.revoke(), '404 oauth_consent_not_found', 'once');

select * from finish();
rollback;
