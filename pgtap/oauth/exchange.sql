begin;
select plan(10);

insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
insert into oauth.clients (id, name, redirect_uris, auth_method, secret_hash)
values ('00000000-0000-0000-0000-0000000000c1', 'Demo', '{https://a.test/cb}', 'none', null),
       ('00000000-0000-0000-0000-0000000000c2', 'Other', '{https://a.test/cb}',
        'client_secret_basic', '\xaa');
insert into oauth.authorizations (id, client_id, user_id, redirect_uri, scopes, nonce,
                                  code_challenge, code_hash, expires_at)
values (gen_random_uuid(), '00000000-0000-0000-0000-0000000000c1', '00000000-0000-0000-0000-00000000000a',
        'https://a.test/cb', '{openid,email}', 'n', 'v', '\x01', '2026-01-01 00:01Z'),
       (gen_random_uuid(), '00000000-0000-0000-0000-0000000000c2', '00000000-0000-0000-0000-00000000000a',
        'https://a.test/cb', '{email}', null, 'v', '\x02', '2026-01-01 00:01Z');
create function pg_temp.redeem(
  _client int, _code bytea, _secret bytea default null, _verifier text default 'v',
  _uri text default 'https://a.test/cb', _now timestamptz default '2026-01-01Z')
  returns text language sql as $$
  select concat_ws(' ', e.status, e.body ->> 'error', e.claims ->> 'client_id', e.id_claims ->> 'aud')
    from oauth.exchange(('00000000-0000-0000-0000-0000000000c' || _client)::uuid, _secret,
                        _code, _uri, _verifier, null, 'agent', '{}', _now) e $$;

select is(pg_temp.redeem(1, '\x01', '\xaa'), '401 invalid_client', 'a public client has no secret');
select is(pg_temp.redeem(2, '\x02'), '401 invalid_client', 'a confidential one needs its own');
select is(pg_temp.redeem(1, '\x02'), '400 invalid_grant', 'a code is its client''s');
select is(pg_temp.redeem(1, '\x01', null, 'w'), '400 invalid_grant', 'and goes with its verifier');
select is(pg_temp.redeem(1, '\x01', null, 'v', 'https://a.test/'), '400 invalid_grant',
          'and its redirect URI');
select is(pg_temp.redeem(1, '\x01', null, 'v', 'https://a.test/cb', '2026-01-01 00:01Z'), '400 invalid_grant',
          'for a minute');
select is(pg_temp.redeem(1, '\x01'),
          '200 00000000-0000-0000-0000-0000000000c1 00000000-0000-0000-0000-0000000000c1',
          'it is redeemed for tokens');
select is(pg_temp.redeem(1, '\x01'), '400 invalid_grant', 'once');
select is_empty('select from oauth.grants', 'and when it comes again, what it was redeemed for ends');
update auth.users set banned_until = 'infinity';
select is(pg_temp.redeem(2, '\x02', '\xaa'), '400 invalid_grant', 'a banned user signs in nowhere');

select * from finish();
rollback;
