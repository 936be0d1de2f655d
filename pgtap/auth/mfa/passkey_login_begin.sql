begin;
select plan(5);

create function pg_temp.begin(_id uuid, _settings jsonb default '{}') returns text language sql as $$
  select concat_ws(' ', b.status, b.body ->> 'code', b.body ->> 'challenge_id')
    from auth.passkey_login_begin(_id, '\xcc', '192.0.2.1', _settings, '2026-01-01Z') b $$;
select is(pg_temp.begin('00000000-0000-0000-0000-000000000001'), '200 00000000-0000-0000-0000-000000000001',
          'a sign-in opens');
select results_eq('select user_id, challenge, expires_at from auth.passkey_challenges', $$
                    values (null::uuid, '\xcc'::bytea, '2026-01-01 00:05Z'::timestamptz) $$,
                  'of nobody yet, for a while');
select is(pg_temp.begin('00000000-0000-0000-0000-000000000002', '{"passkey_enabled": "false"}'),
          '404 passkey_disabled', 'off is off');
select is(pg_temp.begin('00000000-0000-0000-0000-000000000002', '{"passkey_rate_limit": 1}'),
          '429 over_request_rate_limit', 'it is limited');
select results_eq('select count(*)::int from auth.passkey_challenges', array[1],
                  'and what is refused opens nothing');

select * from finish();
rollback;
