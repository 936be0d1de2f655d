begin;
select plan(8);

insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
insert into oauth.clients (id, name, redirect_uris)
values ('00000000-0000-0000-0000-0000000000c1', 'Demo', '{https://a.test/cb}'),
       ('00000000-0000-0000-0000-0000000000c2', 'Other', '{https://a.test/cb}');
insert into oauth.grants (session_id, client_id, scopes)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-0000000000c1', '{openid,email}');
create function pg_temp.go(
  _counter bigint, _client int default 1, _scope text default null, _now timestamptz default '2026-01-01Z')
  returns text language sql as $$
  select concat_ws(' ', r.status, r.body ->> 'error', r.counter, r.claims ->> 'scope')
    from oauth.refresh(('00000000-0000-0000-0000-0000000000c' || _client)::uuid, null,
                       '00000000-0000-0000-0000-00000000000b', _counter, _scope, null, '{}', _now) r $$;

select is(pg_temp.go(0), '200 1 openid email', 'the current token is rotated');
select is(pg_temp.go(0), '200 1 openid email', 'a lost answer is repeated');
select is(pg_temp.go(1, 1, 'email'), '200 2 email', 'a client may ask for less');
select is(pg_temp.go(2, 1, 'email phone'), '400 invalid_scope', 'but not for more');
select is(pg_temp.go(2, 2), '400 invalid_grant', 'another client gets nothing');
select is(pg_temp.go(2), '200 3 openid email', 'and does no harm');
select is(pg_temp.go(0), '400 invalid_grant', 'a used token is reuse');
select is_empty('select from auth.sessions', 'which ends the session');

select * from finish();
rollback;
