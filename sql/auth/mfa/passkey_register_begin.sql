-- POST /passkeys/registration/options: opens a ceremony that adds a passkey.
create or replace function auth.passkey_register_begin(
  _user_id uuid, _session_id uuid, _challenge_id uuid, _challenge bytea, _settings jsonb,
  _now timestamptz default now(),
  out status int, out body jsonb, out ceremony jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_until constant timestamptz := _now
    + make_interval(secs => auth._mfa_setting(_settings, 'mfa_challenge_expiry')::double precision);
begin
  status := 404;
  body := auth._passkey_disabled(_settings);
  if body is not null then
    return;
  end if;
  status := 403;
  body := auth._mfa_refusal(_user_id, _session_id, _now);
  if body is null and auth._needs_aal2(_user_id, _session_id) then
    body := auth._refusal('insufficient_aal', 'AAL2 required to add a passkey',
                          'Verify a factor of yours first.');
  end if;
  if body is not null then
    return;
  end if;
  if (select count(*) from auth.webauthn_credentials c where c.user_id = _user_id and c.factor_id is null)
     >= auth._mfa_setting(_settings, 'passkey_max')::int then
    status := 422;
    body := auth._refusal('too_many_passkeys', 'Maximum number of passkeys reached', 'Delete one first.');
    return;
  end if;
  delete from auth.passkey_challenges c where c.user_id = _user_id; -- one ceremony at a time
  insert into auth.passkey_challenges (id, user_id, challenge, created_at, expires_at)
  values (_challenge_id, _user_id, _challenge, _now, v_until);
  status := 200;
  body := jsonb_build_object('challenge_id', _challenge_id,
                             'expires_at', floor(extract(epoch from v_until))::bigint);
  ceremony := (select jsonb_build_object(
                 'user_id', u.id, 'name', coalesce(nullif(u.email, ''), u.phone, u.id::text),
                 'registered', false,
                 'credentials', (select coalesce(jsonb_agg(c.credential), '[]')
                                   from auth.webauthn_credentials c
                                  where c.user_id = u.id and c.factor_id is null))
                 from auth.users u where u.id = _user_id);
end
$$;
comment on function auth.passkey_register_begin(uuid, uuid, uuid, bytea, jsonb, timestamptz) is
  'Opens the registration of a passkey: 200 with challenge_id and expires_at, and what the ceremony needs. '
  '404 passkey_disabled; 403 as mfa_enroll; 422 too_many_passkeys.';
revoke execute on function auth.passkey_register_begin(uuid, uuid, uuid, bytea, jsonb, timestamptz)
  from public;
grant execute on function auth.passkey_register_begin(uuid, uuid, uuid, bytea, jsonb, timestamptz)
  to authenticator;
