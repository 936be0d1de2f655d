begin;
select plan(4);

insert into auth.users (id, email) values ('00000000-0000-0000-00a2-00000000000a', 'ad-ada@example.test');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-00a2-00000000000b', '00000000-0000-0000-00a2-00000000000a'),
       ('00000000-0000-0000-00a2-00000000000c', '00000000-0000-0000-00a2-00000000000a');
insert into oauth.clients (id, name, redirect_uris)
values ('00000000-0000-0000-00a2-0000000000c1', 'Demo', '{https://a.test/cb}');
insert into oauth.grants (session_id, client_id, scopes)
values ('00000000-0000-0000-00a2-00000000000c', '00000000-0000-0000-00a2-0000000000c1', '{openid}');
create function pg_temp.remove() returns text
  language sql as $$
  select concat_ws(' ', d.status, d.body ->> 'code')
    from oauth.admin_client_delete('00000000-0000-0000-00a2-0000000000c1', null) d $$;

select tests.as_user('ad-eve');
select throws_ok('select pg_temp.remove()', '42501', null, 'users delete no clients');
select tests.as_service();
select is(pg_temp.remove(), '204', 'a client is deleted');
select tests.as_owner();
select results_eq(
  $$ select s.id from auth.sessions s where s.user_id = '00000000-0000-0000-00a2-00000000000a' $$,
  array['00000000-0000-0000-00a2-00000000000b'::uuid], 'what it held ends, and nothing else');
select tests.as_service();
select is(pg_temp.remove(), '404 oauth_client_not_found', 'once');

select * from finish();
rollback;
