-- POST /passkeys/authentication/options: opens a sign-in of nobody yet.
create or replace function auth.passkey_login_begin(
  _challenge_id uuid, _challenge bytea, _ip inet, _settings jsonb, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_until constant timestamptz := _now
    + make_interval(secs => auth._mfa_setting(_settings, 'mfa_challenge_expiry')::double precision);
  v_wait  int := auth._limited_passkey(_ip, _settings, _now);
begin
  status := 404;
  body := auth._passkey_disabled(_settings);
  if body is not null then
    return;
  end if;
  if v_wait > 0 then
    status := 429;
    body := auth._too_many(v_wait);
    return;
  end if;
  insert into auth.passkey_challenges (id, challenge, created_at, expires_at)
  values (_challenge_id, _challenge, _now, v_until);
  status := 200;
  body := jsonb_build_object('challenge_id', _challenge_id,
                             'expires_at', floor(extract(epoch from v_until))::bigint);
end
$$;
comment on function auth.passkey_login_begin(uuid, bytea, inet, jsonb, timestamptz) is
  'Opens a sign-in by passkey: 200 with challenge_id and expires_at; 404 passkey_disabled; 429.';
revoke execute on function auth.passkey_login_begin(uuid, bytea, inet, jsonb, timestamptz) from public;
grant execute on function auth.passkey_login_begin(uuid, bytea, inet, jsonb, timestamptz) to authenticator;
