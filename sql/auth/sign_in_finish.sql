-- Second half of a password sign-in: the server says whether the password was
-- right (_valid); everything else is decided here. That a user is banned or
-- unconfirmed shows only with the right password. A null _valid refuses.

-- The user's hook has a say in each attempt, right or wrong; null when it has nothing against it.
create or replace function auth._ask_password_hook(
  _user_id uuid, _valid boolean, _ip inet, _settings jsonb, _now timestamptz)
  returns auth.outcome
  language plpgsql volatile
as $$
declare
  v_answer jsonb;
begin
  if _user_id is null or not auth._has_hook('password_verification_attempt', _settings) then
    return null;
  end if;
  v_answer := auth._fire('password_verification_attempt',
                         jsonb_build_object('user_id', _user_id, 'valid', _valid), _ip, _settings, _now);
  if v_answer ->> 'decision' = 'reject' then
    if v_answer ->> 'should_logout_user' = 'true' then
      delete from auth.sessions s where s.user_id = _user_id;
    end if;
    return auth._no(400, 'invalid_credentials',
                    coalesce(v_answer ->> 'message', 'Invalid login credentials'));
  end if;
  return null;
end
$$;

create or replace function auth.sign_in_finish(
  _address text, _user_id uuid, _valid boolean, _new_hash text, _old_hash text, _ip inet, _user_agent text,
  _settings jsonb, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_key  constant text := auth._account_key(coalesce(auth._phone(_address), _address), _ip);
  v_user auth.users;
  v_no   auth.outcome;
begin
  select u.* into v_user from auth.users u
   where u.id = _user_id and u.deleted_at is null and u.encrypted_password = _old_hash for update;
  -- The hash must still be the one that was compared: a password changed meanwhile ends the attempt.
  v_no := auth._ask_password_hook(v_user.id, _valid, _ip, _settings, _now);
  if (_valid and v_user.id is not null) is not true then
    perform auth._count_failure(v_key, _settings, _now);
    v_no := case when v_no.status is null
                 then auth._no(400, 'invalid_credentials', 'Invalid login credentials')
                 else v_no end;
  elsif v_no.status is not null then
    null; -- the hook's word
  elsif v_user.banned_until > _now then
    v_no := auth._no(400, 'user_banned', 'User is banned');
  elsif _address ~ '@' and v_user.email_confirmed_at is null then
    v_no := auth._no(400, 'email_not_confirmed', 'Email not confirmed',
                     'Open the link in the confirmation mail.');
  elsif _address !~ '@' and v_user.phone_confirmed_at is null then
    v_no := auth._no(400, 'phone_not_confirmed', 'Phone not confirmed',
                     'Enter the code of the confirmation message.');
  end if;
  if v_no.status is not null then
    perform auth._audit('login_failed', 'account', v_user.id, null, _ip);
    return v_no;
  end if;
  delete from auth.lockouts l where l.key = v_key;
  if _new_hash is not null then
    update auth.users u set encrypted_password = _new_hash where u.id = v_user.id;
  end if;
  update auth.identities i set last_sign_in_at = _now
   where i.user_id = v_user.id and i.provider = case when _address ~ '@' then 'email' else 'phone' end;
  return auth._enter(v_user, 'password', null, _ip, _user_agent, _settings, _now);
end
$$;
comment on function auth.sign_in_finish(text, uuid, boolean, text, text, inet, text, jsonb, timestamptz) is
  'Ends a password sign-in at an address: 200 with user, claims and a new session, or 400 '
  'invalid_credentials (counted towards a lock), and with the right password 400 user_banned, '
  'email_not_confirmed or phone_not_confirmed. _new_hash, if given, replaces _old_hash.';
revoke execute
  on function auth.sign_in_finish(text, uuid, boolean, text, text, inet, text, jsonb, timestamptz)
  from public;
grant execute on function auth.sign_in_finish(text, uuid, boolean, text, text, inet, text, jsonb, timestamptz)
  to authenticator;
