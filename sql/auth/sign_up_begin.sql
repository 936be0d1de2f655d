-- First half of sign-up, before the password is hashed: a flood of sign-ups is
-- counted and refused here, and costs no hash. Answers 200 for go on.
create or replace function auth.sign_up_begin(_email text, _phone text, _ip inet, _settings jsonb, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_wait constant int := auth._limited('signup', host(_ip), _settings, _now);
  v_no   auth.outcome;
begin
  if v_wait > 0 then
    return auth._wait(v_wait);
  elsif auth._setting(_settings, 'disable_signup') = 'true' then
    return auth._no(422, 'signup_disabled', 'Signups not allowed for this instance');
  elsif _email is null and _phone is null and auth._setting(_settings, 'anonymous_enabled') <> 'true' then
    return auth._no(422, 'anonymous_provider_disabled', 'Anonymous sign-ins are disabled');
  end if;
  v_no := auth._refuse_address(_email, _phone, _settings, 400);
  return case when v_no.status is null then auth._yes() else v_no end;
end
$$;
comment on function auth.sign_up_begin(text, text, inet, jsonb, timestamptz) is
  'Whether a sign-up may go on: 200, or 429 over_request_rate_limit, 422 signup_disabled or anonymous_provider_disabled, 400 email_provider_disabled, phone_provider_disabled or validation_failed. Neither address is an anonymous sign-up.';
revoke execute on function auth.sign_up_begin(text, text, inet, jsonb, timestamptz) from public;
grant execute on function auth.sign_up_begin(text, text, inet, jsonb, timestamptz) to authenticator;
