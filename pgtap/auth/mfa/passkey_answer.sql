begin;
select plan(5);

insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now());
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
insert into auth.webauthn_credentials (user_id, credential_id, credential)
values ('00000000-0000-0000-0000-00000000000a', '\x01', '{"id": "AQ=="}');
select auth.passkey_login_begin('00000000-0000-0000-0000-000000000001', '\xcc', null, '{}', '2026-01-01Z'),
       auth.passkey_login_begin('00000000-0000-0000-0000-000000000002', '\xcc', null, '{}', '2026-01-01Z');
create function pg_temp.answer(
  _id uuid, _credential bytea, _now timestamptz default '2026-01-01Z', _settings jsonb default '{}')
  returns text language sql as $$
  select concat_ws(' ', a.status, a.body ->> 'code', a.ceremony ->> 'name')
    from auth.passkey_answer(null, _id, _credential, null, _settings, _now) a $$;
select is(pg_temp.answer('00000000-0000-0000-0000-000000000001', '\x01'), '200 ada@example.test',
          'a credential says whose it is');
select is(pg_temp.answer('00000000-0000-0000-0000-000000000001', '\x01'), '400 webauthn_challenge_not_found',
          'a challenge is answered once');
select is(pg_temp.answer('00000000-0000-0000-0000-000000000002', '\x01', '2026-01-01 00:05Z'),
          '400 webauthn_challenge_expired', 'and in time');
select auth.passkey_login_begin('00000000-0000-0000-0000-000000000003', '\xcc', null, '{}', '2026-01-01Z');
select is(pg_temp.answer('00000000-0000-0000-0000-000000000003', '\x02'), '200',
          'an unknown credential is nobody''s');
select is(pg_temp.answer('00000000-0000-0000-0000-000000000003', '\x02', '2026-01-01Z',
                         '{"passkey_rate_limit": 1}'),
          '429 over_request_rate_limit', 'answers are limited');

select * from finish();
rollback;
