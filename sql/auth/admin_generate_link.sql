-- POST /admin/generate_link: the token that a mail would carry, for whoever
-- sends their own. flow says what it verifies: a magic link for an unknown
-- e-mail is a sign-up.

-- The user of a link: made for a sign-up, an invitation and a magic link.
create or replace function auth._link_user(
  _type text, _email text, _password_hash text, _data jsonb, _ip inet, _settings jsonb, _now timestamptz)
  returns auth.users
  language plpgsql volatile
as $$
declare
  v_user auth.users;
begin
  select u.* into v_user from auth._user_by(_email, null) u;
  if v_user.id is null and _type in ('signup', 'invite', 'magiclink') then
    select u.* into strict v_user
      from auth._insert_user(lower(_email), null, _password_hash, coalesce(_data, '{}'),
                             false, _ip, _settings, _now) u;
  end if;
  return v_user;
end
$$;

create or replace function auth.admin_generate_link(
  _type text, _email text, _new_email text, _password_hash text, _data jsonb, _token jsonb, _ip inet,
  _settings jsonb, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_user auth.users;
  v_kind text := case when _type in ('signup', 'invite') then 'confirmation'
                      when _type in ('magiclink', 'recovery') then 'recovery'
                      when _type = 'email_change_current' then 'email_change_current'
                      else 'email_change_new' end;
  v_out  auth.outcome;
begin
  if not auth._is_email(_email) or _new_email is not null and not auth._is_email(_new_email)
     or v_kind = 'email_change_new' and _new_email is null then
    return auth._no(400, 'validation_failed', 'Unable to validate email address: invalid format');
  end if;
  select u.* into v_user from auth._user_by(_email, null) u;
  if v_user.email_confirmed_at is not null and v_kind = 'confirmation'
     or _new_email is not null and exists (select from auth._user_by(_new_email, null)) then
    return auth._no(422, 'email_exists', 'A user with this email address has already been registered');
  end if;
  v_out.flow := case when v_user.id is null and _type = 'magiclink' then 'signup' else _type end;
  v_kind := case when v_out.flow = 'signup' then 'confirmation' else v_kind end;
  v_user := auth._link_user(_type, _email, _password_hash, _data, _ip, _settings, _now);
  if v_user.id is null then
    return auth._no_such_user();
  end if;
  if _new_email is not null then
    update auth.users u
       set email_change = lower(_new_email), email_change_confirm_status = 0
     where u.id = v_user.id;
  end if;
  perform auth._keep_token(
    v_user.id, v_kind, case when v_kind like 'email\_change%' then 'email_change' else v_out.flow end,
    case when v_kind = 'email_change_new' then lower(_new_email) else lower(v_user.email) end,
    _token, _settings, _now);
  perform auth._audit('user_confirmation_requested', 'user', v_user.id, null, _ip,
                      jsonb_build_object('by', 'admin', 'kind', _type));
  select auth._user_json(u) into v_out.body from auth.users u where u.id = v_user.id;
  v_out.status := 200;
  return v_out;
end
$$;
comment on function auth.admin_generate_link(
  text, text, text, text, jsonb, jsonb, inet, jsonb, timestamptz) is
  'Keeps a token of a type (signup, invite, magiclink, recovery, email_change_current, email_change_new) '
  'and sends nothing: 200 with the user, flow saying what it verifies; 404 user_not_found; '
  '422 email_exists; 400 validation_failed.';
revoke execute
  on function auth.admin_generate_link(text, text, text, text, jsonb, jsonb, inet, jsonb, timestamptz)
  from public;
grant execute
  on function auth.admin_generate_link(text, text, text, text, jsonb, jsonb, inet, jsonb, timestamptz)
  to service_role;
