-- /verify: uses a one-time token up, by link (hash of the long secret) or by
-- address and code. Of many who come at once the row's lock lets one through:
-- the token is deleted where it is found. Wrong, used, expired and unknown
-- answer alike.

-- Which pending tokens a type of the wire may mean.
create or replace function auth._kinds(_type text)
  returns text[]
  language sql immutable parallel safe
as $$
  select case _type
           when 'signup' then array['confirmation']
           when 'invite' then array['confirmation']
           when 'sms' then array['confirmation']
           when 'email' then array['confirmation', 'recovery']
           when 'magiclink' then array['recovery', 'confirmation']
           when 'recovery' then array['recovery']
           when 'email_change' then array['email_change_new', 'email_change_current']
           when 'phone_change' then array['phone_change'] end
$$;

-- Takes the token out; no row when there is none that fits. A wrong code is
-- counted on every pending token of its address.
create or replace function auth._take_token(
  _type text, _address text, _code bytea, _link bytea, _settings jsonb, _now timestamptz)
  returns setof auth.one_time_tokens
  language plpgsql volatile
as $$
declare
  v_id uuid;
begin
  if _link is not null then
    return query delete from auth.one_time_tokens t
      where t.token_hash = _link and t.kind = any (auth._kinds(_type)) and t.expires_at > _now
      returning t.*;
    return;
  end if;
  with tried as (
    update auth.one_time_tokens t set attempts = t.attempts + 1
     where t.relates_to = _address and t.kind = any (auth._kinds(_type)) and t.expires_at > _now
       and t.attempts < auth._setting(_settings, 'otp_attempts')::int
    returning t.id, t.user_id, t.code_hash)
  select t.id into v_id from tried t where t.code_hash = auth._code_hash(_code, t.user_id);
  return query delete from auth.one_time_tokens t where t.id = v_id returning t.*;
end
$$;

-- What the token proves, for the user who was sent it. Null body: it was the
-- first half of two.
create or replace function auth._apply_token(
  _token auth.one_time_tokens, _ip inet, _settings jsonb, _now timestamptz)
  returns auth.users
  language plpgsql volatile
as $$
declare
  v_user auth.users;
begin
  case
    when _token.kind = 'phone_change' then
      v_user := auth._apply_phone(_token.user_id, _token.relates_to, _now);
      perform auth._notify('phone_changed', v_user.email, v_user, jsonb_build_object('phone', v_user.phone),
                           _settings, _ip, _now);
      return v_user;
    when _token.purpose = 'sms' then
      return auth._apply_phone(_token.user_id, _token.relates_to, _now);
    when _token.kind like 'email\_change%' then
      return auth._apply_email_change(_token, _ip, _settings, _now);
    else
      return auth._apply_email(_token, _ip, _now);
  end case;
end
$$;

create or replace function auth.verify(
  _type text, _email text, _phone text, _code bytea, _link bytea, _flow_code bytea, _ip inet,
  _user_agent text, _settings jsonb, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_wait    constant int := auth._limited('verify', host(_ip), _settings, _now);
  v_token   auth.one_time_tokens;
  v_user    auth.users;
  v_out     auth.outcome;
begin
  if v_wait > 0 then
    return auth._wait(v_wait);
  end if;
  select t.* into v_token
    from auth._take_token(
      _type, coalesce(case when auth._is_email(_email) then lower(_email) end, auth._phone(_phone)),
      _code, _link, _settings, _now) t;
  select u.* into v_user from auth.users u where u.id = v_token.user_id and u.deleted_at is null;
  if v_user.id is null then
    perform auth._audit('verification_failed', 'user', null, null, _ip, jsonb_build_object('type', _type));
    return auth._no(403, 'otp_expired', 'Token has expired or is invalid', 'Ask for a new one.');
  elsif v_user.banned_until > _now then
    return auth._no(403, 'user_banned', 'User is banned');
  end if;
  v_user := auth._apply_token(v_token, _ip, _settings, _now);
  if v_user.id is null then
    return auth._yes('{"msg": "Confirmation link accepted. Please proceed to confirm link sent to the other email", "code": "200"}');
  end if;
  delete from auth.one_time_tokens t where t.user_id = v_user.id;
  if _flow_code is not null and v_token.flow_id is not null then
    update auth.flow_states f
       set code_hash = _flow_code,
           expires_at = _now + make_interval(secs => auth._setting(_settings, 'flow_exp')::double precision)
     where f.id = v_token.flow_id;
    v_out.status := 200;
    v_out.flow := 'pkce';
    return v_out;
  end if;
  return auth._enter(v_user, 'otp', null, _ip, _user_agent, _settings, _now);
end
$$;
comment on function auth.verify(text, text, text, bytea, bytea, bytea, inet, text, jsonb, timestamptz) is
  'Uses up a one-time token (by _link, or by address and _code): confirms, signs in. 200 with claims and '
  'a session; with _flow_code and a PKCE flow 200 and flow pkce, the session waits for auth.exchange; '
  'after one half of an e-mail change 200 {msg, code}. 403 otp_expired or user_banned; 429.';
revoke execute on function auth.verify(text, text, text, bytea, bytea, bytea, inet, text, jsonb, timestamptz)
  from public;
grant execute on function auth.verify(text, text, text, bytea, bytea, bytea, inet, text, jsonb, timestamptz)
  to authenticator;
