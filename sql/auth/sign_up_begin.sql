-- First half of sign-up, before the password is hashed: a flood of sign-ups is
-- counted and refused here, and costs no hash. Answers 200 for go on.
create or replace function auth.sign_up_begin(
  _email text, _ip inet, _settings jsonb, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_wait int := auth._limited('signup', host(_ip), _settings, _now);
begin
  if v_wait > 0 then
    status := 429;
    body := auth._too_many(v_wait);
  elsif auth._setting(_settings, 'disable_signup') = 'true' then
    status := 422;
    body := auth._refusal('signup_disabled', 'Signups not allowed for this instance');
  elsif _email is null and auth._setting(_settings, 'anonymous_enabled') <> 'true' then
    status := 422;
    body := auth._refusal('anonymous_provider_disabled', 'Anonymous sign-ins are disabled');
  elsif _email is not null and auth._setting(_settings, 'email_enabled') <> 'true' then
    status := 400;
    body := auth._refusal('email_provider_disabled', 'Email signups are disabled');
  elsif _email is not null and not auth._is_email(_email) then
    status := 400;
    body := auth._refusal('validation_failed', 'Unable to validate email address: invalid format');
  else
    status := 200;
  end if;
end
$$;
comment on function auth.sign_up_begin(text, inet, jsonb, timestamptz) is
  'Whether a sign-up may go on: 200, or 429 over_request_rate_limit, 422 signup_disabled or anonymous_provider_disabled, 400 email_provider_disabled or validation_failed. A null e-mail is an anonymous sign-up.';
revoke execute on function auth.sign_up_begin(text, inet, jsonb, timestamptz) from public;
grant execute on function auth.sign_up_begin(text, inet, jsonb, timestamptz) to authenticator;
