-- Second half of a password sign-in: the server says whether the password was
-- right (_valid); everything else is decided here. That a user is banned or
-- unconfirmed shows only with the right password. A null _valid refuses.
create or replace function auth.sign_in_finish(
  _user_id uuid, _valid boolean, _new_hash text, _old_hash text, _ip inet, _user_agent text, _settings jsonb, _now timestamptz default now(),
  out status int, out body jsonb, out claims jsonb, out session_id uuid, out counter bigint)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_user    auth.users;
  v_session auth.sessions;
begin
  status := 400;
  if _valid is true then
    -- The hash must still be the one that was compared: a password changed meanwhile ends the attempt.
    update auth.users u
       set last_sign_in_at = _now, encrypted_password = coalesce(_new_hash, u.encrypted_password)
     where u.id = _user_id and u.deleted_at is null and u.encrypted_password = _old_hash
       and (u.banned_until is null or u.banned_until <= _now)
       and u.confirmed_at is not null
    returning u.* into v_user;
  end if;
  if v_user.id is null then
    select u.* into v_user from auth.users u where u.id = _user_id and u.deleted_at is null and u.encrypted_password = _old_hash;
    perform auth._audit('login_failed', 'account', v_user.id, null, _ip);
    if (_valid and v_user.id is not null) is not true then
      body := auth._refusal('invalid_credentials', 'Invalid login credentials');
    elsif v_user.banned_until > _now then
      body := auth._refusal('user_banned', 'User is banned');
    else
      body := auth._refusal('email_not_confirmed', 'Email not confirmed', 'Open the link in the confirmation mail.');
    end if;
    return;
  end if;
  update auth.identities i set last_sign_in_at = _now where i.user_id = v_user.id and i.provider = 'email';
  v_session := auth._issue_session(v_user, 'password', _ip, _user_agent, _now);
  perform auth._audit('login', 'account', v_user.id, v_session.id, _ip, '{"provider": "email"}');
  status := 200;
  body := auth._user_json(v_user);
  claims := auth._claims(v_user, v_session, _settings, _now);
  session_id := v_session.id;
  counter := v_session.refresh_counter;
end
$$;
comment on function auth.sign_in_finish(uuid, boolean, text, text, inet, text, jsonb, timestamptz) is
  'Ends a password sign-in: 200 with user, claims and a new session, or 400 invalid_credentials, and with the right password 400 user_banned or email_not_confirmed. _new_hash, if given, replaces _old_hash.';
revoke execute on function auth.sign_in_finish(uuid, boolean, text, text, inet, text, jsonb, timestamptz) from public;
grant execute on function auth.sign_in_finish(uuid, boolean, text, text, inet, text, jsonb, timestamptz) to authenticator;
