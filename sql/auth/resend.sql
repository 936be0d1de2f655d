-- POST /resend: what is pending once more, with a new token. For changes the
-- address is the current one. 200 {} also where nothing is pending.
create or replace function auth.resend(
  _type text, _email text, _phone text, _token jsonb, _token_current jsonb, _ip inet, _settings jsonb,
  _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_email constant text := lower(_email);
  v_phone constant text := auth._phone(_phone);
  v_wait  constant int := auth._limited('otp', host(_ip), _settings, _now);
  v_user  auth.users;
  v_no    auth.outcome := auth._refuse_address(_email, _phone, _settings, 400);
begin
  if v_wait > 0 then
    return auth._wait(v_wait);
  elsif v_no.status is null then
    v_no := auth._gap(_type, coalesce(v_email, v_phone), _settings, _now);
  end if;
  if v_no.status is not null then
    return v_no;
  end if;
  select u.* into v_user from auth._user_by(v_email, v_phone) u;
  if _type = 'signup' and v_email is not null and v_user.email_confirmed_at is null
     and v_user.id is not null then
    perform auth._send(v_user, 'confirmation', 'signup', v_email, _token, _ip, _settings, _now);
  elsif _type = 'sms' and v_phone is not null and v_user.phone_confirmed_at is null
     and v_user.id is not null then
    perform auth._send(v_user, 'confirmation', 'sms', v_phone, _token, _ip, _settings, _now);
  elsif _type = 'email_change' and v_email is not null and v_user.email_change <> '' then
    perform auth._send_email_change(v_user, _token, _token_current, _ip, _settings, _now);
  elsif _type = 'phone_change' and v_phone is not null and v_user.phone_change <> '' then
    perform auth._send(v_user, 'phone_change', 'phone_change', v_user.phone_change,
                       _token, _ip, _settings, _now);
  end if;
  return auth._yes();
end
$$;
comment on function auth.resend(text, text, text, jsonb, jsonb, inet, jsonb, timestamptz) is
  'Sends a pending signup, sms, email_change or phone_change again. 200 {} whether or not one is pending; '
  '400 validation_failed or a provider that is disabled; 429.';
revoke execute on function auth.resend(text, text, text, jsonb, jsonb, inet, jsonb, timestamptz) from public;
grant execute on function auth.resend(text, text, text, jsonb, jsonb, inet, jsonb, timestamptz)
  to authenticator;
