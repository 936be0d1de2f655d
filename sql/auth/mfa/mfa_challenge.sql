-- POST /factors/{id}/challenge: opens a challenge, and sends its code by SMS or
-- mail in the same transaction. The server made challenge id, WebAuthn challenge
-- and code; it does not know yet which of them the factor needs.

create or replace function auth._mfa_send(
  _factor auth.mfa_factors, _sms_sealed bytea, _challenge_id uuid, _ip inet, _settings jsonb,
  _now timestamptz)
  returns void
  language plpgsql volatile
as $$
declare
  v_key  constant text := 'mfa:' || _challenge_id;
  v_user auth.users;
begin
  select u.* into v_user from auth.users u where u.id = _factor.user_id;
  if _factor.factor_type = 'phone' and _settings -> 'http_hooks' ? 'send_sms' then
    perform auth._send_by_hook('send_sms', v_user, _factor.phone,
                               jsonb_build_object('phone', _factor.phone, 'sms_type', 'mfa'),
                               _sms_sealed, null, _ip, _settings, _now, v_key);
  elsif _factor.factor_type = 'phone' then
    perform sms.send(_to => _factor.phone, _body_template => auth._mfa_setting(_settings, 'mfa_sms_template'),
                     _sealed => _sms_sealed, _idempotency_key => v_key);
  elsif _settings -> 'http_hooks' ? 'send_email' then
    perform auth._send_by_hook('send_email', v_user, lower(v_user.email),
                               auth._email_data('reauthentication', _settings, '{}'),
                               _sms_sealed, null, _ip, _settings, _now, v_key);
  else
    perform mail.send(_to => lower(v_user.email), _template => 'reauthentication',
                      _sealed => _sms_sealed, _idempotency_key => v_key,
                      _data => jsonb_build_object('email', v_user.email,
                                                  'site_url', auth._setting(_settings, 'site_url')));
  end if;
end
$$;

-- Whether the session began in the user's mailbox: a code that goes there proves nothing more.
create or replace function auth._is_from_mailbox(_session_id uuid)
  returns boolean
  language sql stable
as $$
  select not exists (
    select from auth.sessions s, jsonb_array_elements(s.amr) a
     where s.id = _session_id
       and a.value ->> 'method' <> all (array['otp', 'magiclink', 'recovery', 'invite',
                                              'email/signup', 'email_change', 'mfa/email']))
$$;

-- Why a code may not be sent yet, or not at all; null when it may.
create or replace function auth._mfa_refuse_code(
  _factor auth.mfa_factors, _session_id uuid, _settings jsonb, _now timestamptz)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_until constant timestamptz := _factor.last_challenged_at
    + make_interval(secs => auth._mfa_setting(_settings, 'mfa_phone_max_frequency')::double precision);
begin
  if _factor.factor_type = 'email' and auth._is_from_mailbox(_session_id) then
    return auth._refusal('insufficient_aal', 'A code by mail is no second factor of a sign-in by mail',
                         'Use another factor, or sign in with the password.');
  elsif _factor.factor_type in ('phone', 'email') and v_until > _now then
    return auth._refusal(case _factor.factor_type
                           when 'phone' then 'over_sms_send_rate_limit' else 'over_email_send_rate_limit' end,
                         'A code was sent a moment ago', null, ceil(extract(epoch from v_until - _now))::int);
  end if;
  return null;
end
$$;

-- What the server needs to ask a browser for an authenticator: create while the
-- factor is unverified, request after.
create or replace function auth._mfa_ceremony(_factor auth.mfa_factors)
  returns jsonb
  language sql stable
as $$
  select jsonb_build_object('user_id', u.id, 'name', coalesce(nullif(u.email, ''), u.phone, u.id::text),
                            'registered', _factor.status = 'verified',
                            'credentials', (select coalesce(jsonb_agg(c.credential), '[]')
                                              from auth.webauthn_credentials c
                                             where c.factor_id = _factor.id))
    from auth.users u
   where u.id = _factor.user_id
$$;

create or replace function auth.mfa_challenge(
  _user_id uuid, _session_id uuid, _factor_id uuid, _challenge_id uuid, _challenge bytea, _code_hash bytea,
  _sms_sealed bytea, _ip inet, _settings jsonb, _now timestamptz default now(),
  out status int, out body jsonb, out ceremony jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_factor auth.mfa_factors;
  v_until  constant timestamptz := _now
    + make_interval(secs => auth._mfa_setting(_settings, 'mfa_challenge_expiry')::double precision);
  v_wait   int;
begin
  status := 403;
  body := auth._mfa_refusal(_user_id, _session_id, _now);
  if body is not null then
    return;
  end if;
  v_wait := auth._mfa_limited(_user_id, _settings, _now);
  if v_wait > 0 then
    status := 429;
    body := auth._too_many(v_wait);
    return;
  end if;
  select f.* into v_factor
    from auth.mfa_factors f
   where f.id = _factor_id and f.user_id = _user_id
     for update;
  if v_factor.id is null then
    status := 404;
    body := auth._refusal('mfa_factor_not_found', 'Factor not found');
    return;
  elsif auth._mfa_setting(_settings, 'mfa_' || v_factor.factor_type || '_verify') is distinct from 'true' then
    status := 422;
    body := auth._refusal(format('mfa_%s_verify_not_enabled', v_factor.factor_type),
                          format('MFA verification is disabled for %s', v_factor.factor_type));
    return;
  end if;
  body := auth._mfa_refuse_code(v_factor, _session_id, _settings, _now);
  if body is not null then
    status := case body ->> 'code' when 'insufficient_aal' then 422 else 429 end;
    return;
  end if;
  delete from auth.mfa_challenges c
   where c.factor_id = v_factor.id and (c.expires_at <= _now or v_factor.factor_type in ('phone', 'email'));
  update auth.mfa_factors f set last_challenged_at = _now where f.id = v_factor.id;
  insert into auth.mfa_challenges (id, factor_id, challenge, code_hash, ip, created_at, expires_at)
  values (_challenge_id, v_factor.id, case when v_factor.factor_type = 'webauthn' then _challenge end,
          case when v_factor.factor_type in ('phone', 'email') then _code_hash end, _ip, _now, v_until);
  if v_factor.factor_type in ('phone', 'email') then
    perform auth._mfa_send(v_factor, _sms_sealed, _challenge_id, _ip, _settings, _now);
  elsif v_factor.factor_type = 'webauthn' then
    ceremony := auth._mfa_ceremony(v_factor);
  end if;
  perform auth._audit('challenge_created', 'factor', _user_id, _session_id, _ip,
                      jsonb_build_object('factor_id', v_factor.id, 'factor_type', v_factor.factor_type));
  status := 200;
  body := jsonb_build_object('id', _challenge_id, 'type', v_factor.factor_type,
                             'expires_at', floor(extract(epoch from v_until))::bigint);
end
$$;
comment on function auth.mfa_challenge(
  uuid, uuid, uuid, uuid, bytea, bytea, bytea, inet, jsonb, timestamptz) is
  'Opens a challenge of the user''s factor: 200 with id, type, expires_at, and what a WebAuthn ceremony '
  'needs. 403 as mfa_enroll; 404 mfa_factor_not_found; 422 mfa_…_verify_not_enabled, insufficient_aal '
  '(a code by mail after a sign-in by mail); 429 over_request_rate_limit, over_sms_send_rate_limit, '
  'over_email_send_rate_limit.';
revoke execute
  on function auth.mfa_challenge(uuid, uuid, uuid, uuid, bytea, bytea, bytea, inet, jsonb, timestamptz)
  from public;
grant execute
  on function auth.mfa_challenge(uuid, uuid, uuid, uuid, bytea, bytea, bytea, inet, jsonb, timestamptz)
  to authenticator;
