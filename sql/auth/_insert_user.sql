-- The only maker of users, but for the admin API's and seeds' own inserts.

-- The user whom nobody has: what a sign-up with a known address answers, and
-- what a hook sees before there is one.
create or replace function auth._made_up_user(_email text, _phone text, _data jsonb, _now timestamptz)
  returns jsonb
  language sql volatile
as $$
  select jsonb_build_object(
    'id', gen_random_uuid(), 'aud', 'authenticated', 'role', '', 'email', coalesce(_email, ''),
    'phone', coalesce(_phone, ''), 'app_metadata', auth._app_metadata(_email, _phone),
    'user_metadata', _data, 'identities', '[]'::jsonb, 'is_anonymous', _email is null and _phone is null,
    'created_at', auth._time(_now), 'updated_at', auth._time(_now), 'confirmation_sent_at', auth._time(_now))
$$;

create or replace function auth._app_metadata(_email text, _phone text)
  returns jsonb
  language sql immutable parallel safe
as $$
  select case when _email is not null then '{"provider": "email", "providers": ["email"]}'::jsonb
              when _phone is not null then '{"provider": "phone", "providers": ["phone"]}' else '{}' end
$$;

-- No row when the e-mail or the phone is taken: of two that race for one, the
-- unique index lets one through.
create or replace function auth._insert_user(
  _email text, _phone text, _password_hash text, _data jsonb, _confirmed boolean, _ip inet, _settings jsonb,
  _now timestamptz)
  returns setof auth.users
  language plpgsql volatile
as $$
declare
  v_id   constant uuid := coalesce((_settings ->> 'new_user_id')::uuid, gen_random_uuid());
  v_own  constant jsonb := case when _email is not null then jsonb_build_object(
                                  'sub', v_id, 'email', _email, 'email_verified', _confirmed,
                                  'phone_verified', false)
                                when _phone is not null then jsonb_build_object(
                                  'sub', v_id, 'phone', _phone, 'email_verified', false,
                                  'phone_verified', _confirmed) end;
begin
  if auth._has_hook('before_user_created', _settings) then
    perform auth._fire(
      'before_user_created',
      jsonb_build_object('user', auth._made_up_user(_email, _phone, _data, _now)
                                 || jsonb_build_object('id', v_id)),
      _ip, _settings, _now);
  end if;
  insert into auth.users (id, email, phone, encrypted_password, raw_user_meta_data,
                          raw_app_meta_data, is_anonymous,
                          email_confirmed_at, email_autoconfirmed, phone_confirmed_at, created_at, updated_at)
  values (v_id, _email, _phone, _password_hash, _data || coalesce(v_own, '{}'),
          auth._app_metadata(_email, _phone), v_own is null,
          case when _confirmed and _email is not null then _now end, _confirmed and _email is not null,
          case when _confirmed and _phone is not null then _now end, _now, _now)
      on conflict do nothing;
  if not found then
    return;
  end if;
  if v_own is not null then
    insert into auth.identities (provider_id, user_id, provider, identity_data, created_at,
                                 updated_at, last_sign_in_at)
    values (v_id, v_id, case when _email is null then 'phone' else 'email' end, v_own, _now, _now, _now);
  end if;
  if auth._has_hook('after_user_created', _settings) then
    perform auth._fire('after_user_created', jsonb_build_object('user', auth._user_json(u)),
                       _ip, _settings, _now)
       from auth.users u
      where u.id = v_id;
  end if;
  return query select u.* from auth.users u where u.id = v_id;
end
$$;
