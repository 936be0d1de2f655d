begin;
select plan(12);

insert into auth.users (id, email)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test'),
       ('00000000-0000-0000-0000-00000000000f', 'bob@example.test');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a'),
       ('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-00000000000f');
insert into oauth.clients (id, name, redirect_uris)
values ('00000000-0000-0000-0000-0000000000c1', 'Demo', '{https://app.example.test/cb}');
insert into oauth.authorizations (id, client_id, redirect_uri, scopes, state, code_challenge, expires_at)
select ('00000000-0000-0000-0000-00000000010' || n)::uuid, '00000000-0000-0000-0000-0000000000c1',
       'https://app.example.test/cb', '{openid}', 's', 'x', '2026-01-01 00:10Z'
  from generate_series(1, 6) n;
update oauth.authorizations
   set redirect_uri = 'http://localhost/cb'
 where id = '00000000-0000-0000-0000-000000000105';
update oauth.clients set redirect_uris = redirect_uris || '{http://localhost/cb}';
create function pg_temp.decide(
  _n int, _action text, _user char default 'a', _session char default 'b',
  _now timestamptz default '2026-01-01Z')
  returns text language sql as $$
  select concat_ws(' ', c.status, c.body ->> 'code', c.body ->> 'scope', c.params ->> 'error',
                   case when c.approved then 'approved' end)
    from oauth.consent(('00000000-0000-0000-0000-00000000000' || _user)::uuid,
                       ('00000000-0000-0000-0000-00000000000' || _session)::uuid,
                       ('00000000-0000-0000-0000-00000000010' || _n)::uuid, _action,
                       decode(lpad(_n::text, 2, '0'), 'hex'), _now) c $$;

select is(pg_temp.decide(1, 'show'), '200 openid', 'a user sees what is asked');
select is(pg_temp.decide(1, 'approve', 'f', 'c'), '404 oauth_authorization_not_found',
          'which is then that user''s to decide');
select is(pg_temp.decide(1, 'approve'), '200 approved', 'who approves');
select results_eq($$ select code_hash, expires_at
                       from oauth.authorizations
                      where id = '00000000-0000-0000-0000-000000000101' $$,
                  $$ values ('\x01'::bytea, '2026-01-01 00:01Z'::timestamptz) $$, 'a code of a minute');
select is(pg_temp.decide(1, 'deny'), '404 oauth_authorization_not_found', 'once');
select is(pg_temp.decide(2, 'show'), '200 approved', 'what was consented to before is not asked again');
select is(pg_temp.decide(5, 'show'), '200 openid',
          'but where any program of the device may listen, it is asked each time');
select is(pg_temp.decide(3, 'deny', 'f', 'c'), '200 access_denied', 'another may deny');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000d', '00000000-0000-0000-0000-00000000000a');
insert into oauth.grants (session_id, client_id, scopes)
values ('00000000-0000-0000-0000-00000000000d', '00000000-0000-0000-0000-0000000000c1', '{openid}');
select is(pg_temp.decide(6, 'approve', 'a', 'd'), '403 oauth_client_not_allowed',
          'an app that was let in lets nobody in');
update oauth.clients set redirect_uris = '{http://localhost/cb}';
select is(pg_temp.decide(6, 'approve'), '404 oauth_authorization_not_found',
          'a redirect URI that was taken from the client gets no code');
update oauth.clients set redirect_uris = redirect_uris || '{https://app.example.test/cb}';
select is(pg_temp.decide(4, 'approve', 'a', 'b', '2026-01-01 00:10Z'), '404 oauth_authorization_not_found',
          'too late is too late');
insert into auth.mfa_factors (id, user_id, factor_type, secret_sealed, status)
values (gen_random_uuid(), '00000000-0000-0000-0000-00000000000a', 'totp', '\xaa', 'verified');
select is(pg_temp.decide(4, 'approve'), '403 insufficient_aal',
          'whoever has a second factor proves it first');

select * from finish();
rollback;
