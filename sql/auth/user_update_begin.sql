-- First half of PUT /user with a password: everything that can be refused
-- before the server compares and hashes. Hands out the present hash.

-- Uses the code of /reauthenticate up; a wrong one counts.
create or replace function auth._take_nonce(_user auth.users, _nonce bytea, _settings jsonb, _now timestamptz)
  returns boolean
  language plpgsql volatile
as $$
declare
  v_token auth.one_time_tokens;
begin
  update auth.one_time_tokens t set attempts = t.attempts + 1
   where t.user_id = _user.id and t.kind = 'reauthentication' and t.expires_at > _now
     and t.attempts < auth._setting(_settings, 'otp_attempts')::int
  returning t.* into v_token;
  if (v_token.code_hash = auth._code_hash(_nonce, _user.id)) is not true then
    return false;
  end if;
  delete from auth.one_time_tokens t where t.id = v_token.id;
  return true;
end
$$;

create or replace function auth.user_update_begin(
  _user_id uuid, _session_id uuid, _nonce bytea, _with_current boolean, _settings jsonb,
  _now timestamptz default now(),
  out status int, out body jsonb, out password_hash text)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_user    auth.users;
  v_recent  boolean;
  v_recover boolean;
  v_no      auth.outcome;
begin
  select u.* into v_user from auth.users u where u.id = _user_id;
  body := auth._refuse_user(v_user, _session_id, _now);
  if body is not null then
    status := 403;
    return;
  end if;
  select s.created_at > _now - interval '24 hours',
         s.amr @? '$[*] ? (@.method == "recovery" || @.method == "otp")' into v_recent, v_recover
    from auth.sessions s
   where s.id = _session_id;
  if v_user.is_sso_user then
    v_no := auth._no(422, 'user_sso_managed', 'Cannot update the password of a user of single sign-on');
  elsif v_user.is_anonymous
     and coalesce(v_user.email_change, v_user.phone_change, v_user.email, v_user.phone, '') = '' then
    v_no := auth._no(422, 'validation_failed',
                     'Updating password of an anonymous user without an email or phone is not allowed');
  elsif auth._needs_aal2(v_user.id, _session_id) then
    v_no := auth._no(401, 'insufficient_aal',
                     'AAL2 session is required to update email or password when MFA is enabled.');
  elsif auth._setting(_settings, 'reauthenticate_password') = 'true' and not v_recent and _nonce is null then
    v_no := auth._no(400, 'reauthentication_needed', 'Password update requires reauthentication',
                     'Ask for a code at /reauthenticate and send it as nonce.');
  elsif auth._setting(_settings, 'reauthenticate_password') = 'true' and not v_recent
        and not auth._take_nonce(v_user, _nonce, _settings, _now) then
    v_no := auth._no(422, 'reauthentication_not_valid', 'Invalid nonce');
  elsif auth._setting(_settings, 'require_current_password') = 'true' and v_user.encrypted_password <> ''
        and not v_recover and not _with_current then
    v_no := auth._no(400, 'current_password_required',
                     'Current password required when setting a new password.');
  end if;
  status := coalesce(v_no.status, 200);
  body := v_no.body;
  password_hash := nullif(v_user.encrypted_password, '');
end
$$;
comment on function auth.user_update_begin(uuid, uuid, bytea, boolean, jsonb, timestamptz) is
  'Whether the caller may set a password: 200 with the present hash; 401 insufficient_aal, 400 '
  'reauthentication_needed or current_password_required, 422 reauthentication_not_valid, user_sso_managed or '
  'validation_failed, 403 as user_get. A right nonce is used up.';
revoke execute on function auth.user_update_begin(uuid, uuid, bytea, boolean, jsonb, timestamptz) from public;
grant execute on function auth.user_update_begin(uuid, uuid, bytea, boolean, jsonb, timestamptz)
  to authenticator;
