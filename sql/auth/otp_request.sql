-- POST /otp and /magiclink: a link and a code for who has the address, known or
-- not. Who is confirmed gets a magic link, who is not the confirmation.

-- Makes the user whom a code was asked for; null when the address is taken meanwhile.
create or replace function auth._otp_user(
  _email text, _phone text, _data jsonb, _ip inet, _settings jsonb, _now timestamptz)
  returns auth.users
  language plpgsql volatile
as $$
declare
  v_user auth.users;
begin
  select u.* into v_user
    from auth._insert_user(_email, _phone, null, _data,
                           auth._setting(_settings,
                                         case when _email is null then 'phone_autoconfirm'
                                              else 'autoconfirm' end) = 'true',
                           _ip, _settings, _now) u;
  if v_user.id is not null then
    perform auth._audit('user_signedup', 'team', v_user.id, null, _ip,
                        jsonb_build_object(
                          'provider', case when _email is null then 'phone' else 'email' end));
  else
    select u.* into v_user from auth._user_by(_email, _phone) u;
  end if;
  return v_user;
end
$$;

create or replace function auth.otp_request(
  _email text, _phone text, _create_user boolean, _data jsonb, _token jsonb, _ip inet, _settings jsonb,
  _flow text default 'otp', _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_email constant text := lower(_email);
  v_phone constant text := auth._phone(_phone);
  v_wait  constant int := auth._limited(case _flow when 'magiclink' then _flow else 'otp' end,
                                        host(_ip), _settings, _now);
  v_user  auth.users;
  v_no    auth.outcome := auth._refuse_address(_email, _phone, _settings, 422);
begin
  if v_wait > 0 then
    return auth._wait(v_wait);
  elsif v_no.status is null then
    v_no := auth._gap('otp', coalesce(v_email, v_phone), _settings, _now);
  end if;
  if v_no.status is not null then
    return v_no;
  end if;
  select u.* into v_user from auth._user_by(v_email, v_phone) u;
  if v_user.id is null and _create_user is not true then
    return auth._no(422, 'otp_disabled', 'Signups not allowed for otp');
  elsif v_user.id is null and auth._setting(_settings, 'disable_signup') = 'true' then
    return auth._no(422, 'signup_disabled', 'Signups not allowed for this instance');
  elsif v_user.id is null then
    v_user := auth._otp_user(v_email, v_phone, coalesce(_data, '{}'), _ip, _settings, _now);
  end if;
  if v_email is null then
    perform auth._send(v_user, 'confirmation', 'sms', v_phone, _token, _ip, _settings, _now);
  elsif v_user.email_confirmed_at is null then
    perform auth._send(v_user, 'confirmation', 'email', v_email, _token, _ip, _settings, _now);
  else
    perform auth._send(v_user, 'recovery', 'magiclink', v_email, _token, _ip, _settings, _now);
  end if;
  return auth._yes();
end
$$;
comment on function auth.otp_request(text, text, boolean, jsonb, jsonb, inet, jsonb, text, timestamptz) is
  'Sends a link and a code to an e-mail or a phone, making the user where _create_user says so. '
  '200 {}; 422 otp_disabled, signup_disabled, email_provider_disabled or phone_provider_disabled; '
  '400 validation_failed; 429.';
revoke execute on function auth.otp_request(text, text, boolean, jsonb, jsonb, inet, jsonb, text, timestamptz)
  from public;
grant execute on function auth.otp_request(text, text, boolean, jsonb, jsonb, inet, jsonb, text, timestamptz)
  to authenticator;
