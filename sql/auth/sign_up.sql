-- Second half of sign-up: makes the user, or answers as if it had. Whether an
-- address is known shows only where autoconfirm is on, as GoTrue has it:
-- without a mail round trip there is no other honest answer.

-- What a sign-up with a known address answers. Of two who sign up with an address,
-- one may not own it: unless it is the same password again, no password counts, and
-- whoever answers the mail sets a new one.
create or replace function auth._sign_up_again(
  _email text, _phone text, _data jsonb, _token jsonb, _confirmed boolean, _same boolean, _ip inet,
  _settings jsonb, _now timestamptz)
  returns auth.outcome
  language plpgsql volatile
as $$
declare
  v_user auth.users;
begin
  select u.* into v_user from auth._user_by(_email, _phone) u;
  perform auth._audit('user_repeated_signup', 'user', v_user.id, null, _ip);
  if _confirmed then
    return auth._no(422, 'user_already_exists', 'User already registered',
                    'Sign in instead, or recover the password.');
  elsif v_user.confirmed_at is null and v_user.id is not null then
    if _same is not true and _phone is null then
      perform auth._disown(v_user.id, _now);
    elsif _same is not true then
      update auth.users u set encrypted_password = null where u.id = v_user.id;
    end if;
    perform auth._send(v_user, 'confirmation', case when _email is null then 'sms' else 'signup' end,
                       coalesce(_email, _phone), _token, _ip, _settings, _now);
    return auth._yes(auth._user_json(u)) from auth.users u where u.id = v_user.id;
  end if;
  return auth._yes(auth._made_up_user(_email, _phone, _data, _now));
end
$$;

create or replace function auth.sign_up(
  _email text, _phone text, _password_hash text, _same boolean, _data jsonb, _token jsonb, _ip inet,
  _user_agent text, _settings jsonb, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_email     constant text := lower(_email);
  v_phone     constant text := auth._phone(_phone);
  v_provider  constant text := case when v_email is not null then 'email'
                                    when v_phone is not null then 'phone'
                                    else 'anonymous' end;
  v_confirmed constant boolean := v_provider = 'anonymous'
    or auth._setting(_settings, case v_provider when 'email' then 'autoconfirm' else 'phone_autoconfirm' end)
         = 'true';
  v_user      auth.users;
  v_out       auth.outcome;
begin
  if not v_confirmed then
    v_out := auth._gap('confirmation', coalesce(v_email, v_phone), _settings, _now);
    if v_out.status is not null then
      return v_out;
    end if;
  end if;
  select u.* into v_user
    from auth._insert_user(v_email, v_phone, _password_hash, coalesce(_data, '{}'),
                           v_confirmed, _ip, _settings, _now) u;
  if v_user.id is null then
    return auth._sign_up_again(v_email, v_phone, coalesce(_data, '{}'), _token, v_confirmed,
                               _same, _ip, _settings, _now);
  end if;
  perform auth._audit('user_signedup', 'team', v_user.id, null, _ip,
                      jsonb_build_object('provider', v_provider));
  if v_confirmed then
    return auth._enter(v_user, case v_provider when 'anonymous' then 'anonymous' else 'password' end, null,
                       _ip, _user_agent, _settings, _now);
  end if;
  perform auth._send(v_user, 'confirmation', case v_provider when 'phone' then 'sms' else 'signup' end,
                     coalesce(v_email, v_phone), _token, _ip, _settings, _now);
  return auth._yes(auth._user_json(u)) from auth.users u where u.id = v_user.id;
end
$$;
comment on function auth.sign_up(text, text, text, boolean, jsonb, jsonb, inet, text, jsonb, timestamptz) is
  'Makes a user of an e-mail (any case) or a phone (neither: anonymous), a password hash and metadata; '
  '_same says that the password is the one of an account with the address that is not confirmed yet. '
  '200 with the user, and with claims and a session when no confirmation is needed; 422 user_already_exists '
  'when it is not; 429 over_email_send_rate_limit or over_sms_send_rate_limit. A known address gets an '
  'answer like a new one''s otherwise.';
revoke execute
  on function auth.sign_up(text, text, text, boolean, jsonb, jsonb, inet, text, jsonb, timestamptz)
  from public;
grant execute
  on function auth.sign_up(text, text, text, boolean, jsonb, jsonb, inet, text, jsonb, timestamptz)
  to authenticator;
