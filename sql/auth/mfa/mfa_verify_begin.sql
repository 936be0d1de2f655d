-- First half of POST /factors/{id}/verify: counts the attempt, and hands out
-- what the server compares with (a sealed secret, a WebAuthn challenge).
-- Nothing is decided here but whether an attempt may be made. The short
-- endpoints name no factor and open no challenge: theirs is the user's TOTP
-- factor of that status, and a challenge of its own for the one attempt.
create or replace function auth.mfa_verify_begin(
  _user_id uuid, _session_id uuid, _factor_id uuid, _challenge_id uuid, _status text, _ip inet,
  _settings jsonb, _now timestamptz default now(),
  out status int, out body jsonb, out factor_id uuid, out challenge_id uuid, out factor_type text,
  out secret_sealed bytea, out challenge bytea, out ceremony jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_factor    auth.mfa_factors;
  v_challenge auth.mfa_challenges;
  v_wait      int;
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
   where f.user_id = _user_id
     and case when _factor_id is null then f.factor_type = 'totp' and f.status = _status
              else f.id = _factor_id end
   order by f.created_at desc, f.id
   limit 1;
  if v_factor.id is null then
    status := 404;
    body := auth._refusal('mfa_factor_not_found', 'Factor not found');
    return;
  end if;
  status := 422;
  if _challenge_id is null and v_factor.factor_type = 'totp' then
    insert into auth.mfa_challenges (id, factor_id, ip, created_at, expires_at)
    values (gen_random_uuid(), v_factor.id, _ip, _now, _now + interval '1 minute')
    returning id into challenge_id;
  else
    challenge_id := _challenge_id;
  end if;
  -- Five attempts a challenge; the row lock orders those who try at once.
  update auth.mfa_challenges c
     set attempts = c.attempts + 1
   where c.id = mfa_verify_begin.challenge_id and c.factor_id = v_factor.id
  returning c.* into v_challenge;
  if auth._mfa_setting(_settings, 'mfa_' || v_factor.factor_type || '_verify') is distinct from 'true' then
    body := auth._refusal(format('mfa_%s_verify_not_enabled', v_factor.factor_type),
                          format('MFA verification is disabled for %s', v_factor.factor_type));
  elsif v_challenge.id is null then
    body := auth._refusal('mfa_factor_not_found', 'MFA factor with the provided challenge ID not found',
                          'Ask for a new challenge.');
  elsif v_challenge.ip is distinct from _ip then
    body := auth._refusal('mfa_ip_address_mismatch', 'Challenge and verify IP addresses mismatch.',
                          'Ask for a new challenge.');
  elsif (v_challenge.expires_at > _now and v_challenge.attempts <= 5) is not true then
    body := auth._refusal('mfa_challenge_expired', format(
      'MFA challenge %s has expired, verify against another challenge or create a new challenge.',
      v_challenge.id));
  else
    status := 200;
    body := '{}';
    factor_id := v_factor.id;
    factor_type := v_factor.factor_type;
    secret_sealed := v_factor.secret_sealed;
    challenge := v_challenge.challenge;
    ceremony := case when v_factor.factor_type = 'webauthn' then auth._mfa_ceremony(v_factor) end;
  end if;
end
$$;
comment on function auth.mfa_verify_begin(uuid, uuid, uuid, uuid, text, inet, jsonb, timestamptz) is
  'Counts an attempt at a challenge and answers 200 with the factor''s type and what to compare with. 403 '
  'as mfa_enroll; 404 mfa_factor_not_found; 422 mfa_factor_not_found (challenge), mfa_ip_address_mismatch, '
  'mfa_challenge_expired (also after five attempts), mfa_…_verify_not_enabled; 429.';
revoke execute on function auth.mfa_verify_begin(uuid, uuid, uuid, uuid, text, inet, jsonb, timestamptz)
  from public;
grant execute on function auth.mfa_verify_begin(uuid, uuid, uuid, uuid, text, inet, jsonb, timestamptz)
  to authenticator;
