-- The refusal of an address that is none, or of a kind that is switched off;
-- null when all is well, and for no address at all.
create or replace function auth._refuse_address(
  _email text, _phone text, _settings jsonb, _disabled_status int)
  returns auth.outcome
  language plpgsql immutable
as $$
begin
  if _email is not null and auth._setting(_settings, 'email_enabled') <> 'true' then
    return auth._no(_disabled_status, 'email_provider_disabled', 'Email logins are disabled');
  elsif _phone is not null and auth._setting(_settings, 'phone_enabled') <> 'true' then
    return auth._no(_disabled_status, 'phone_provider_disabled', 'Phone logins are disabled');
  elsif _email is not null and not auth._is_email(_email) then
    return auth._no(400, 'validation_failed', 'Unable to validate email address: invalid format');
  elsif _phone is not null and auth._phone(_phone) is null then
    return auth._no(400, 'validation_failed', 'Invalid phone number format (E.164 required)');
  end if;
  return null;
end
$$;
