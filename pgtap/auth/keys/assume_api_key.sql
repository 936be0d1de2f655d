begin;
select plan(14);

insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
insert into auth.api_keys (id, user_id, name, prefix, key_hash, scopes, tier, expires_at)
values ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000a',
        'k', 'aaaaaaaa', '\x01', '{rest:read}', 'free', '2027-01-01Z');
insert into auth.api_keys (name, prefix, key_hash, role) values ('s', 'bbbbbbbb', '\x02', 'service_role');
create function pg_temp.assume(
  _hits int default 0, _now timestamptz default '2026-01-01Z', _method text default 'GET',
  _mac bytea default '\x01')
  returns text language sql as $$
    select role from auth.assume_api_key('aaaaaaaa', _mac, _method, 'rest', _hits, _now) $$;

select is(pg_temp.assume(), 'authenticated', 'a key has its owner''s role');
select results_eq($$ select claims::jsonb ->> 'sub', claims::jsonb -> 'scopes',
                            claims::jsonb ->> 'aal', claims::jsonb ->> 'api_key_id'
                       from auth.assume_api_key('aaaaaaaa', '\x01', 'GET', 'rest', 0, '2026-01-01Z') $$,
                  $$ values ('00000000-0000-0000-0000-00000000000a', '["rest:read"]'::jsonb,
                             'aal1', '00000000-0000-0000-0000-000000000001') $$,
                  'and claims, with its scopes');
select is((select role from auth.assume_api_key('bbbbbbbb', '\x02', 'POST', 'storage')), 'service_role',
          'a key without an owner is a service''s');
select throws_ok($$ select pg_temp.assume(_mac => '\x02') $$, 'PT401', 'The API key is not valid.',
                 'a wrong secret refuses');
select throws_ok($$ select pg_temp.assume(_mac => null) $$, 'PT401', 'The API key is not valid.',
                 'so does none');
select throws_ok($$ select auth.assume_api_key('cccccccc', '\x01', 'GET', 'rest') $$,
                 'PT401', 'The API key is not valid.', 'and an unknown prefix, in the same words');
select throws_ok($$ select pg_temp.assume(_now => '2027-01-01Z') $$,
                 'PT401', 'The API key is no longer valid.', 'a key expires');
select throws_ok($$ select pg_temp.assume(_method => 'POST') $$, 'PT403', 'The API key may not do this.',
                 'its scopes must cover the surface');
select is(pg_temp.assume(60), 'authenticated', 'a tier allows so many a minute');
select throws_ok($$ select pg_temp.assume(61) $$, 'PT429', 'The API key has made too many requests.',
                 'and no more');
select auth.record_api_key_usage('[{"prefix": "aaaaaaaa", "surface": "rest", "outcome": "2xx", "calls": 60,
                                    "ms": 60, "hits": 60}]', '2026-01-01 00:00:30Z');
select throws_ok($$ select pg_temp.assume(1, '2026-01-01 00:00:40Z') $$,
                 'PT429', 'The API key has made too many requests.', 'other nodes'' requests count');
select is(pg_temp.assume(1, '2026-01-01 00:01Z'), 'authenticated', 'until the minute is over');
update auth.users set banned_until = 'infinity';
select throws_ok($$ select pg_temp.assume() $$, 'PT401', 'The owner of the API key may not act.',
                 'a banned owner''s key refuses');
update auth.users set banned_until = null;
update auth.api_keys set revoked_at = now();
select throws_ok($$ select pg_temp.assume() $$, 'PT401', 'The API key is no longer valid.',
                 'and a revoked one');

select * from finish();
rollback;
