-- First half of a password sign-in: counts the attempt and hands out the hash
-- that the server compares, outside of any transaction, because a good hash
-- takes long. For an unknown address there is no hash and the server compares
-- with one of its own, so that both cost the same.
create or replace function auth.sign_in_begin(
  _email text, _ip inet, _settings jsonb, _now timestamptz default now(),
  out status int, out body jsonb, out user_id uuid, out password_hash text)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  -- An account's counter is kept a network, so that a stranger elsewhere
  -- cannot lock its owner out; the address itself is not stored.
  v_account constant text := encode(sha256(convert_to(coalesce(lower(_email), ''), 'UTF8')), 'hex')
    || '@' || coalesce(host(network(set_masklen(_ip, case family(_ip) when 4 then 24 else 48 end))), '');
  v_wait    int := greatest(auth._limited('token', host(_ip), _settings, _now),
                            auth._limited('token', v_account, _settings, _now));
begin
  if v_wait > 0 then
    status := 429;
    body := auth._too_many(v_wait);
    return;
  end if;
  if auth._setting(_settings, 'email_enabled') <> 'true' then
    status := 422;
    body := auth._refusal('email_provider_disabled', 'Email logins are disabled');
    return;
  end if;
  status := 200;
  select u.id, nullif(u.encrypted_password, '') into user_id, password_hash
    from auth.users u
   where lower(u.email) = lower(_email) and not u.is_sso_user and u.deleted_at is null;
end
$$;
comment on function auth.sign_in_begin(text, inet, jsonb, timestamptz) is
  'Counts a sign-in by e-mail (any case) and answers 200 with the user''s id and password hash, both null for an unknown one; 429 over_request_rate_limit; 422 email_provider_disabled.';
revoke execute on function auth.sign_in_begin(text, inet, jsonb, timestamptz) from public;
grant execute on function auth.sign_in_begin(text, inet, jsonb, timestamptz) to authenticator;
