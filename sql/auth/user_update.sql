-- PUT /user: the caller changes their own account. A new address counts once a
-- mail or message to it was answered; until then it waits beside the old one.

-- Starts or makes the change of an address; the refusal, or null.
create or replace function auth._change_address(
  _user auth.users, _email text, _phone text, _token jsonb, _token_current jsonb, _ip inet, _settings jsonb,
  _now timestamptz)
  returns auth.outcome
  language plpgsql volatile
as $$
declare
  v_user auth.users;
  v_no   auth.outcome;
begin
  if exists (select from auth._user_by(_email, _phone)) then
    return case when _email is null then auth._no(422, 'phone_exists',
                                                  'A user with this phone number has already been registered')
                else auth._no(422, 'email_exists',
                              'A user with this email address has already been registered') end;
  elsif _email is not null and auth._setting(_settings, 'autoconfirm') = 'true' and _user.is_anonymous then
    perform auth._set_email(_user.id, _email, false, _now);
    return null;
  elsif _phone is not null and auth._setting(_settings, 'phone_autoconfirm') = 'true' then
    perform auth._apply_phone(_user.id, _phone, _now);
    perform auth._notify('phone_changed', _user.email, _user, jsonb_build_object('phone', _phone),
                         _settings, _ip, _now);
    return null;
  end if;
  v_no := auth._gap(case when _email is null then 'phone_change' else 'email_change' end,
                    coalesce(_email, _phone), _settings, _now);
  if v_no.status is not null then
    return v_no;
  end if;
  update auth.users u
     set email_change = coalesce(_email, u.email_change), phone_change = coalesce(_phone, u.phone_change)
   where u.id = _user.id
  returning u.* into v_user;
  if _email is not null then
    perform auth._send_email_change(v_user, _token, _token_current, _ip, _settings, _now);
  else
    perform auth._send(v_user, 'phone_change', 'phone_change', _phone, _token, _ip, _settings, _now);
  end if;
  return null;
end
$$;

-- A new password ends all other sessions and everything that is pending.
create or replace function auth._set_password(
  _user_id uuid, _hash text, _keep_session_id uuid, _ip inet, _now timestamptz)
  returns void
  language plpgsql volatile
as $$
begin
  update auth.users u set encrypted_password = _hash, updated_at = _now where u.id = _user_id;
  delete from auth.one_time_tokens t where t.user_id = _user_id;
  delete from auth.sessions s where s.user_id = _user_id and s.id is distinct from _keep_session_id;
  perform auth._audit('user_updated_password', 'user', _user_id, _keep_session_id, _ip);
end
$$;

create or replace function auth.user_update(
  _user_id uuid, _session_id uuid, _email text, _phone text, _password_hash text, _old_hash text, _data jsonb,
  _token jsonb, _token_current jsonb, _ip inet, _settings jsonb, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_email constant text := lower(_email);
  v_phone constant text := auth._phone(_phone);
  v_user  auth.users;
  v_no    auth.outcome;
begin
  select u.* into v_user from auth.users u where u.id = _user_id for update;
  v_no.body := auth._refuse_user(v_user, _session_id, _now);
  if v_no.body is not null then
    v_no.status := 403;
    return v_no;
  end if;
  v_no := auth._refuse_address(_email, _phone, _settings, 422);
  if v_no.status is not null then
    return v_no;
  elsif v_user.is_sso_user and coalesce(_email, _phone) is not null then
    return auth._no(422, 'user_sso_managed', 'Cannot update the address of a user of single sign-on');
  elsif coalesce(_email, _phone, _password_hash) is not null and auth._needs_aal2(v_user.id, _session_id) then
    return auth._no(401, 'insufficient_aal',
                    'AAL2 session is required to update email or password when MFA is enabled.');
  elsif _password_hash is not null and v_user.encrypted_password is distinct from _old_hash then
    return auth._no(409, 'conflict', 'The password was changed meanwhile', 'Try again.');
  end if;
  -- Passwords first: a new one clears what is pending, and the change that follows makes new tokens.
  if _password_hash is not null then
    perform auth._set_password(v_user.id, _password_hash, _session_id, _ip, _now);
    perform auth._notify('password_changed', v_user.email, v_user, '{}', _settings, _ip, _now);
  end if;
  if v_email is distinct from lower(v_user.email) and v_email is not null then
    v_no := auth._change_address(v_user, v_email, null, _token, _token_current, _ip, _settings, _now);
  end if;
  if v_no.status is null and v_phone is distinct from v_user.phone and v_phone is not null then
    v_no := auth._change_address(v_user, null, v_phone, _token, null, _ip, _settings, _now);
  end if;
  if v_no.status is not null then
    raise exception using
      errcode = 'PT' || v_no.status, constraint = v_no.body ->> 'code', message = v_no.body ->> 'message';
  end if;
  if _data <> '{}' then
    update auth.users u
       set raw_user_meta_data = auth._merged(u.raw_user_meta_data, _data), updated_at = _now
     where u.id = v_user.id;
  end if;
  perform auth._audit('user_modified', 'user', v_user.id, _session_id, _ip);
  return auth._yes(auth._user_json(u)) from auth.users u where u.id = v_user.id;
end
$$;
comment on function auth.user_update(
  uuid, uuid, text, text, text, text, jsonb, jsonb, jsonb, inet, jsonb, timestamptz) is
  'Changes the caller''s addresses (pending until confirmed), password (ends the other sessions) '
  'and metadata (merged, null deletes a key): 200 with the user; 422 email_exists, phone_exists, '
  'user_sso_managed; 400 validation_failed; 401 insufficient_aal; 409 conflict; 429; 403 as user_get.';
revoke execute
  on function auth.user_update(uuid, uuid, text, text, text, text, jsonb, jsonb, jsonb,
                               inet, jsonb, timestamptz)
  from public;
grant execute
  on function auth.user_update(uuid, uuid, text, text, text, text, jsonb, jsonb, jsonb,
                               inet, jsonb, timestamptz)
  to authenticator;
