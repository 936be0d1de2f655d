-- Second half of POST /passkeys/authentication/verify: the server has checked
-- the signature (null _sign_count: it does not hold). The counter must rise, or
-- the authenticator was cloned.
create or replace function auth.passkey_login_finish(
  _credential_id bytea, _credential jsonb, _sign_count bigint, _ip inet, _user_agent text, _settings jsonb,
  _now timestamptz default now(),
  out status int, out body jsonb, out claims jsonb, out session_id uuid, out counter bigint)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_user    auth.users;
  v_entered auth.outcome;
begin
  select u.* into v_user
    from auth.webauthn_credentials c
    join auth.users u on u.id = c.user_id
   where c.credential_id = _credential_id and c.factor_id is null and u.deleted_at is null;
  update auth.webauthn_credentials c
     set credential = _credential, sign_count = _sign_count, last_used_at = _now
   where c.credential_id = _credential_id and c.factor_id is null and c.user_id = v_user.id
     and (_sign_count > c.sign_count or (_sign_count = 0 and c.sign_count = 0))
     and (v_user.banned_until is null or v_user.banned_until <= _now) and (v_user.confirmed_at is not null);
  if not found then
    perform auth._audit('login_failed', 'account', v_user.id, null, _ip, '{"provider": "passkey"}');
    status := 403;
    if _sign_count is not null and v_user.banned_until > _now then
      body := auth._refusal('user_banned', 'User is banned');
    elsif _sign_count is not null and v_user.id is not null and v_user.confirmed_at is null then
      body := auth._refusal('email_not_confirmed', 'Email not confirmed',
                            'Open the link in the confirmation mail.');
    else
      status := 400;
      body := auth._refusal('webauthn_verification_failed', 'The passkey could not be verified');
    end if;
    return;
  end if;
  v_entered := auth._enter(v_user, 'passkey', null, _ip, _user_agent, _settings, _now);
  status := v_entered.status;
  body := v_entered.body;
  claims := v_entered.claims;
  session_id := v_entered.session_id;
  counter := v_entered.counter;
end
$$;
comment on function auth.passkey_login_finish(bytea, jsonb, bigint, inet, text, jsonb, timestamptz) is
  'Signs the owner of a passkey in: 200 with user, claims and a new session. 400 '
  'webauthn_verification_failed (also when the counter did not rise); 403 user_banned, email_not_confirmed.';
revoke execute on function auth.passkey_login_finish(bytea, jsonb, bigint, inet, text, jsonb, timestamptz)
  from public;
grant execute on function auth.passkey_login_finish(bytea, jsonb, bigint, inet, text, jsonb, timestamptz)
  to authenticator;
