-- Second half of POST /factors/{id}/verify. The server says which time step a
-- TOTP code was of (null: none), which hash a code of an SMS or mail has, or what an
-- authenticator proved. Of many who bring the same proof at once, one wins: the
-- challenge is deleted, a time step is spent and a counter rises in one place.

-- Lifts the session: the refresh token held before counts as reuse from now
-- on, so that it never yields aal2 (refreshed_at null: no grace).
create or replace function auth._lift_session(
  _session_id uuid, _factor_id uuid, _method text, _now timestamptz)
  returns setof auth.sessions
  language sql volatile
as $$
  update auth.sessions s
     set aal = 'aal2', factor_id = _factor_id, updated_at = _now,
         refresh_counter = s.refresh_counter + 2, refreshed_at = null,
         amr = jsonb_build_array(jsonb_build_object('method', _method,
                                                    'timestamp', floor(extract(epoch from _now))::bigint))
               || coalesce((select jsonb_agg(a.value order by a.ordinality)
                              from jsonb_array_elements(s.amr) with ordinality a
                             where a.value ->> 'method' <> _method), '[]')
   where s.id = _session_id
  returning s.*
$$;

-- Whether the proof holds, and if so it is spent.
create or replace function auth._mfa_spend(
  _factor auth.mfa_factors, _challenge auth.mfa_challenges, _step bigint, _code_hash bytea, _credential jsonb,
  _sign_count bigint, _now timestamptz)
  returns boolean
  language plpgsql volatile
as $$
begin
  if _factor.factor_type = 'totp' then
    update auth.mfa_factors f
       set last_step = _step
     where f.id = _factor.id and coalesce(f.last_step, 0) < _step;
  elsif _factor.factor_type in ('phone', 'email') then
    return (_challenge.code_hash = _code_hash) is true;
  elsif _factor.status = 'verified' then
    update auth.webauthn_credentials c
       set credential = _credential, sign_count = _sign_count, last_used_at = _now
     where c.factor_id = _factor.id and c.credential_id = decode(_credential ->> 'id', 'base64')
       and (_sign_count > c.sign_count or (_sign_count = 0 and c.sign_count = 0));
  else
    insert into auth.webauthn_credentials (user_id, factor_id, credential_id, credential,
                                           sign_count, created_at)
    select _factor.user_id, _factor.id, decode(_credential ->> 'id', 'base64'), _credential, _sign_count, _now
     where _credential is not null and _sign_count is not null
        on conflict do nothing;
  end if;
  return found;
end
$$;

-- What the user's functions say of the attempt: a rejection ends all sessions.
create or replace function auth._mfa_hook(
  _factor auth.mfa_factors, _valid boolean, _ip inet, _settings jsonb, _now timestamptz)
  returns jsonb
  language plpgsql volatile
as $$
declare
  v_answer jsonb;
begin
  if not auth._has_hook('mfa_verification_attempt', _settings) then
    return null;
  end if;
  v_answer := auth._fire('mfa_verification_attempt',
                         jsonb_build_object(
                           'user_id', _factor.user_id, 'factor_id', _factor.id,
                           'factor_type', _factor.factor_type, 'valid', _valid),
                         _ip,
                         _settings,
                         _now);
  if v_answer ->> 'decision' = 'reject' then
    delete from auth.sessions s where s.user_id = _factor.user_id;
    return auth._refusal('mfa_verification_rejected',
                         coalesce(v_answer ->> 'message', 'MFA verification was rejected'));
  end if;
  return null;
end
$$;

create or replace function auth.mfa_verify_finish(
  _user_id uuid, _session_id uuid, _factor_id uuid, _challenge_id uuid, _step bigint, _code_hash bytea,
  _credential jsonb, _sign_count bigint, _ip inet, _settings jsonb, _now timestamptz default now(),
  out status int, out body jsonb, out claims jsonb, out session_id uuid, out counter bigint)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_user      auth.users;
  v_factor    auth.mfa_factors;
  v_challenge auth.mfa_challenges;
  v_session   auth.sessions;
  v_valid     boolean;
begin
  status := 422;
  -- Lock order: factor, challenge, sessions.
  select f.* into v_factor
    from auth.mfa_factors f
   where f.id = _factor_id and f.user_id = _user_id
     for update;
  select c.* into v_challenge from auth.mfa_challenges c
   where c.id = _challenge_id and c.factor_id = v_factor.id and c.expires_at > _now and c.attempts <= 5
     for update;
  if v_challenge.id is null then
    body := auth._refusal('mfa_factor_not_found', 'MFA factor with the provided challenge ID not found',
                          'Ask for a new challenge.');
    return;
  end if;
  select u.* into v_user from auth.users u where u.id = _user_id;
  body := auth._refuse_user(v_user, _session_id, _now);
  if body is not null then
    status := 403;
    return;
  end if;
  v_valid := coalesce(auth._mfa_spend(v_factor, v_challenge, _step, _code_hash,
                                      _credential, _sign_count, _now), false);
  body := auth._mfa_hook(v_factor, v_valid, _ip, _settings, _now);
  if body is not null then
    status := 403;
    return;
  elsif not v_valid then
    perform auth._audit('verification_attempted', 'factor', _user_id, _session_id, _ip,
                        jsonb_build_object('factor_id', _factor_id, 'valid', false));
    body := auth._refusal('mfa_verification_failed',
                          case v_factor.factor_type
                            when 'webauthn' then 'Invalid WebAuthn response'
                            else 'Invalid TOTP code entered' end);
    return;
  end if;
  delete from auth.mfa_challenges c where c.id = v_challenge.id;
  update auth.mfa_factors f set status = 'verified', updated_at = _now where f.id = v_factor.id;
  if v_factor.status = 'unverified' then
    perform auth._notify('mfa_factor_enrolled', v_user.email, v_user,
                         jsonb_build_object('factor_type', v_factor.factor_type), _settings, _ip, _now);
  end if;
  delete from auth.mfa_factors f
   where f.user_id = _user_id and f.status = 'unverified' and f.factor_type = v_factor.factor_type;
  select s.* into v_session
    from auth._lift_session(
      _session_id, v_factor.id,
      case v_factor.factor_type when 'totp' then 'totp' else 'mfa/' || v_factor.factor_type end, _now) s;
  delete from auth.sessions s where s.user_id = _user_id and s.id <> _session_id and s.aal = 'aal1';
  perform auth._audit('verification_attempted', 'factor', _user_id, _session_id, _ip,
                      jsonb_build_object('factor_id', _factor_id, 'valid', true));
  status := 200;
  body := auth._user_json(v_user);
  claims := auth._claims(v_user, v_session, _settings, _now);
  session_id := v_session.id;
  counter := v_session.refresh_counter;
end
$$;
comment on function auth.mfa_verify_finish(
  uuid, uuid, uuid, uuid, bigint, bytea, jsonb, bigint, inet, jsonb, timestamptz) is
  'Ends a challenge: 200 with user and claims of the same session, now aal2; the factor is verified, other '
  'sessions below aal2 end. 422 mfa_verification_failed (wrong, or spent before), mfa_factor_not_found (the '
  'challenge is gone); 403 as user_get, or mfa_verification_rejected by a hook, which ends all sessions.';
revoke execute
  on function auth.mfa_verify_finish(uuid, uuid, uuid, uuid, bigint, bytea, jsonb,
                                     bigint, inet, jsonb, timestamptz)
  from public;
grant execute
  on function auth.mfa_verify_finish(uuid, uuid, uuid, uuid, bigint, bytea, jsonb,
                                     bigint, inet, jsonb, timestamptz)
  to authenticator;
