-- First half of sign-up, before the password is hashed: a flood of sign-ups is
-- counted and refused here, and costs no hash. Hands out the password hash of an
-- account that waits for its confirmation: the server says whether it is the same
-- person who signs up again.
create or replace function auth.sign_up_begin(
  _email text, _phone text, _ip inet, _settings jsonb, _now timestamptz default now(),
  out status int, out body jsonb, out password_hash text)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_wait constant int := auth._limited('signup', host(_ip), _settings, _now);
  v_no   auth.outcome;
begin
  if v_wait > 0 then
    v_no := auth._wait(v_wait);
  elsif auth._setting(_settings, 'disable_signup') = 'true' then
    v_no := auth._no(422, 'signup_disabled', 'Signups not allowed for this instance');
  elsif _email is null and _phone is null and auth._setting(_settings, 'anonymous_enabled') <> 'true' then
    v_no := auth._no(422, 'anonymous_provider_disabled', 'Anonymous sign-ins are disabled');
  else
    v_no := auth._refuse_address(_email, _phone, _settings, 400);
  end if;
  status := coalesce(v_no.status, 200);
  body := v_no.body;
  if status = 200 then
    select nullif(u.encrypted_password, '') into password_hash
      from auth._user_by(_email, auth._phone(_phone)) u
     where u.confirmed_at is null;
  end if;
end
$$;
comment on function auth.sign_up_begin(text, text, inet, jsonb, timestamptz) is
  'Whether a sign-up may go on: 200, with the password hash of an account that is not confirmed yet, or 429 '
  'over_request_rate_limit, 422 signup_disabled or anonymous_provider_disabled, 400 email_provider_disabled, '
  'phone_provider_disabled or validation_failed. Neither address is an anonymous sign-up.';
revoke execute on function auth.sign_up_begin(text, text, inet, jsonb, timestamptz) from public;
grant execute on function auth.sign_up_begin(text, text, inet, jsonb, timestamptz) to authenticator;
