-- POST /factors: a factor that counts once it is verified. The server made the
-- id, because the secret is sealed for it. Locks the user's row, so that of
-- several at once the limit lets as many through as it says.
create or replace function auth.mfa_enroll(
  _user_id uuid, _session_id uuid, _factor_id uuid, _factor_type text, _friendly_name text, _phone text,
  _secret_sealed bytea, _ip inet, _settings jsonb, _now timestamptz default now(),
  out status int, out body jsonb, out account text)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_name  constant text := left(btrim(coalesce(_friendly_name, '')), 120);
  v_phone constant text := ltrim(_phone, '+');
begin
  status := 403;
  body := auth._mfa_refusal(_user_id, _session_id, _now);
  if body is null and auth._needs_aal2(_user_id, _session_id) then
    body := auth._refusal('insufficient_aal', 'AAL2 required to enroll a new factor',
                          'Verify a factor of yours first.');
  end if;
  if body is not null then
    return;
  end if;
  status := 422;
  if auth._mfa_setting(_settings, 'mfa_' || _factor_type || '_enroll') is distinct from 'true' then
    body := auth._refusal(format('mfa_%s_enroll_not_enabled', _factor_type),
                          format('MFA enroll is disabled for %s', _factor_type));
    return;
  elsif _factor_type = 'phone' and (v_phone ~ '^[1-9][0-9]{4,14}$') is not true then
    status := 400;
    body := auth._refusal('validation_failed', 'Invalid phone number format (E.164 required)');
    return;
  elsif _factor_type = 'email'
     and not exists (
       select from auth.users u
        where u.id = _user_id and u.email_confirmed_at is not null and not u.email_autoconfirmed) then
    body := auth._refusal('email_not_confirmed', 'Codes go to a confirmed address only',
                          'Confirm the address first.');
    return;
  end if;
  select coalesce(nullif(u.email, ''), nullif(u.phone, ''), u.id::text) into account
    from auth.users u
   where u.id = _user_id
     for no key update;
  delete from auth.mfa_factors f
   where f.user_id = _user_id and f.status = 'unverified'
     and (f.created_at <= _now - make_interval(secs => auth._mfa_setting(
       _settings, 'mfa_factor_expiry')::double precision)
          or f.phone = v_phone or _factor_type = 'email' and f.factor_type = 'email');
  if (select count(*) from auth.mfa_factors f where f.user_id = _user_id) >= auth._mfa_setting(
    _settings, 'mfa_max_factors')::int then
    body := auth._refusal('too_many_enrolled_mfa_factors', 'Maximum number of enrolled factors reached',
                          'Unenroll one first.');
    return;
  elsif exists (select from auth.mfa_factors f
                 where f.user_id = _user_id and f.phone = v_phone and f.status = 'verified') then
    body := auth._refusal('mfa_verified_factor_exists',
                          'A verified phone factor already exists for this number', 'Unenroll it first.');
    return;
  elsif _factor_type = 'email'
     and exists (select from auth.mfa_factors f where f.user_id = _user_id and f.factor_type = 'email') then
    body := auth._refusal('mfa_verified_factor_exists', 'Codes by mail are a factor already',
                          'Unenroll it first.');
    return;
  end if;
  insert into auth.mfa_factors (id, user_id, friendly_name, factor_type, phone,
                                secret_sealed, created_at, updated_at)
  values (_factor_id, _user_id, v_name, _factor_type, case when _factor_type = 'phone' then v_phone end,
          case when _factor_type = 'totp' then _secret_sealed end, _now, _now)
      on conflict (user_id, friendly_name) where friendly_name <> '' do nothing;
  if not found then
    body := auth._refusal('mfa_factor_name_conflict',
                          'A factor with the friendly name already exists for this user',
                          'Choose another name.');
    return;
  end if;
  perform auth._audit('factor_in_progress', 'factor', _user_id, _session_id, _ip,
                      jsonb_build_object('factor_id', _factor_id, 'factor_type', _factor_type));
  status := 200;
  body := jsonb_build_object('id', _factor_id, 'type', _factor_type, 'friendly_name', v_name)
    || case when _factor_type = 'phone' then jsonb_build_object('phone', v_phone) else '{}' end;
end
$$;
comment on function auth.mfa_enroll(uuid, uuid, uuid, text, text, text, bytea, inet, jsonb, timestamptz) is
  'Adds an unverified factor (totp, phone, webauthn, email) to the user and answers it, with '
  'the account name to show in an authenticator. 403 as user_get, no_authorization for anonymous '
  'users, insufficient_aal; 422 mfa_…_enroll_not_enabled, too_many_enrolled_mfa_factors, '
  'mfa_factor_name_conflict, mfa_verified_factor_exists, email_not_confirmed; 400 validation_failed. '
  'Unverified factors that are too old go.';
revoke execute
  on function auth.mfa_enroll(uuid, uuid, uuid, text, text, text, bytea, inet, jsonb, timestamptz)
  from public;
grant execute on function auth.mfa_enroll(uuid, uuid, uuid, text, text, text, bytea, inet, jsonb, timestamptz)
  to authenticator;
