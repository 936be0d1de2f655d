-- First half of a password sign-in: counts the attempt and hands out the hash
-- that the server compares, outside of any transaction, because a good hash
-- takes long. For an unknown address there is no hash and the server compares
-- with one of its own, so that both cost the same.
create or replace function auth.sign_in_begin(
  _email text, _phone text, _ip inet, _settings jsonb, _now timestamptz default now(),
  out status int, out body jsonb, out user_id uuid, out password_hash text)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_account constant text := auth._account_key(coalesce(_email, auth._phone(_phone)), _ip);
  v_wait    int := greatest(auth._limited('token', host(_ip), _settings, _now),
                            auth._limited('token', v_account, _settings, _now),
                            auth._locked(v_account, _now));
begin
  status := 422;
  if v_wait > 0 then
    status := 429;
    body := auth._too_many(v_wait);
  elsif _email is not null and auth._setting(_settings, 'email_enabled') <> 'true' then
    body := auth._refusal('email_provider_disabled', 'Email logins are disabled');
  elsif _email is null and auth._setting(_settings, 'phone_enabled') <> 'true' then
    body := auth._refusal('phone_provider_disabled', 'Phone logins are disabled');
  else
    status := 200;
    select u.id, nullif(u.encrypted_password, '') into user_id, password_hash
      from auth._user_by(_email, auth._phone(_phone)) u;
  end if;
end
$$;
comment on function auth.sign_in_begin(text, text, inet, jsonb, timestamptz) is
  'Counts a sign-in by e-mail (any case) or phone and answers 200 with the user''s id and password '
  'hash, both null for an unknown one; 429 over_request_rate_limit, also while the account is locked; '
  '422 email_provider_disabled or phone_provider_disabled.';
revoke execute on function auth.sign_in_begin(text, text, inet, jsonb, timestamptz) from public;
grant execute on function auth.sign_in_begin(text, text, inet, jsonb, timestamptz) to authenticator;
