-- Second half of sign-up: makes the user, or answers as if it had. Of two that
-- race for one address the unique index lets one through. Whether an address
-- is known shows only where autoconfirm is on, as GoTrue has it: without a
-- mail round trip there is no other honest answer.

-- The user whom nobody has: what a sign-up with a known address answers.
create or replace function auth._made_up_user(_email text, _data jsonb, _now timestamptz)
  returns jsonb
  language sql volatile
as $$
  select jsonb_build_object(
    'id', gen_random_uuid(), 'aud', 'authenticated', 'role', '', 'email', _email, 'phone', '',
    'app_metadata', '{"provider": "email", "providers": ["email"]}'::jsonb, 'user_metadata', _data, 'identities', '[]'::jsonb,
    'is_anonymous', false, 'created_at', auth._time(_now), 'updated_at', auth._time(_now), 'confirmation_sent_at', auth._time(_now))
$$;

create or replace function auth._insert_user(_email text, _password_hash text, _data jsonb, _confirmed boolean, _now timestamptz)
  returns setof auth.users
  language plpgsql volatile
as $$
declare
  v_id   constant uuid := gen_random_uuid();
  v_data constant jsonb := case when _email is null then _data else _data || jsonb_build_object(
    'sub', v_id, 'email', _email, 'email_verified', _confirmed, 'phone_verified', false) end;
begin
  insert into auth.users (id, email, encrypted_password, raw_user_meta_data, raw_app_meta_data, is_anonymous, email_confirmed_at, created_at, updated_at)
  values (v_id, _email, _password_hash, v_data,
          case when _email is null then '{}'::jsonb else '{"provider": "email", "providers": ["email"]}' end,
          _email is null, case when _confirmed and _email is not null then _now end, _now, _now)
      on conflict (lower(email)) where not is_sso_user do nothing;
  if not found then
    return;
  end if;
  if _email is not null then
    insert into auth.identities (provider_id, user_id, provider, identity_data, created_at, updated_at, last_sign_in_at)
    values (v_id, v_id, 'email', v_data - array(select jsonb_object_keys(_data)) || jsonb_build_object(
              'sub', v_id, 'email', _email, 'email_verified', _confirmed, 'phone_verified', false),
            _now, _now, _now);
  end if;
  return query select u.* from auth.users u where u.id = v_id;
end
$$;

create or replace function auth.sign_up(
  _email text, _password_hash text, _data jsonb, _ip inet, _user_agent text, _settings jsonb, _now timestamptz default now(),
  out status int, out body jsonb, out claims jsonb, out session_id uuid, out counter bigint)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_email     constant text := lower(_email);
  v_data      constant jsonb := coalesce(_data, '{}');
  v_confirmed constant boolean := _email is null or auth._setting(_settings, 'autoconfirm') = 'true';
  v_user      auth.users;
  v_session   auth.sessions;
begin
  status := 200;
  select u.* into v_user from auth._insert_user(v_email, _password_hash, v_data, v_confirmed, _now) u;
  if v_user.id is null then
    select u.* into v_user from auth.users u where lower(u.email) = v_email and not u.is_sso_user;
    perform auth._audit('user_repeated_signup', 'user', v_user.id, null, _ip);
    if v_confirmed then
      status := 422;
      body := auth._refusal('user_already_exists', 'User already registered', 'Sign in instead, or recover the password.');
    elsif v_user.email_confirmed_at is null and v_user.id is not null then
      body := auth._user_json(v_user);
    else
      body := auth._made_up_user(v_email, v_data, _now);
    end if;
    return;
  end if;
  perform auth._audit('user_signedup', 'team', v_user.id, null, _ip, jsonb_build_object('provider', case when v_email is null then 'anonymous' else 'email' end));
  if not v_confirmed then
    body := auth._user_json(v_user);
    return;
  end if;
  update auth.users u set last_sign_in_at = _now where u.id = v_user.id returning u.* into v_user;
  v_session := auth._issue_session(v_user, case when v_email is null then 'anonymous' else 'password' end, _ip, _user_agent, _now);
  perform auth._audit('login', 'account', v_user.id, v_session.id, _ip);
  body := auth._user_json(v_user);
  claims := auth._claims(v_user, v_session, _settings, _now);
  session_id := v_session.id;
  counter := v_session.refresh_counter;
end
$$;
comment on function auth.sign_up(text, text, jsonb, inet, text, jsonb, timestamptz) is
  'Makes a user of an e-mail (any case; null: anonymous), a password hash and metadata. 200 with the user, and with claims and a session when no confirmation is needed; 422 user_already_exists when autoconfirm is on. A known address gets an answer like a new one''s otherwise.';
revoke execute on function auth.sign_up(text, text, jsonb, inet, text, jsonb, timestamptz) from public;
grant execute on function auth.sign_up(text, text, jsonb, inet, text, jsonb, timestamptz) to authenticator;
