-- What a used token changes on its user.

-- The e-mail is theirs: sign-up, invite, magic link, recovery. Whoever proves
-- an unconfirmed address by a mail that was asked for later (magic link,
-- recovery, invite) may not be who signed up with it: password, sessions, keys
-- and whatever else lets somebody in goes.
create or replace function auth._apply_email(_token auth.one_time_tokens, _ip inet, _now timestamptz)
  returns auth.users
  language plpgsql volatile
as $$
declare
  v_user auth.users;
begin
  if _token.purpose in ('email', 'magiclink', 'recovery', 'invite')
     and exists (select from auth.users u
                  where u.id = _token.user_id
                    and (u.email_confirmed_at is null or u.email_autoconfirmed)) then
    perform auth._disown(_token.user_id, _now, _token.flow_id);
  end if;
  update auth.users u
     set email_confirmed_at = coalesce(u.email_confirmed_at, _now), email_autoconfirmed = false,
         updated_at = _now, raw_user_meta_data = u.raw_user_meta_data || '{"email_verified": true}'
   where u.id = _token.user_id
  returning u.* into v_user;
  update auth.identities i
     set identity_data = i.identity_data || '{"email_verified": true}',
         updated_at = _now, last_sign_in_at = _now
   where i.user_id = _token.user_id and i.provider = 'email';
  if _token.purpose = 'invite' then
    perform auth._audit('invite_accepted', 'team', _token.user_id, null, _ip);
  end if;
  return v_user;
end
$$;

-- The phone is theirs: after sign-up, or as the new one.
create or replace function auth._apply_phone(_user_id uuid, _phone text, _now timestamptz)
  returns auth.users
  language plpgsql volatile
as $$
declare
  v_user auth.users;
begin
  update auth.users u
     set phone = _phone, phone_confirmed_at = _now, phone_change = null,
         is_anonymous = false, updated_at = _now
   where u.id = _user_id
  returning u.* into v_user;
  perform auth._own_identity(v_user, 'phone', _now);
  select u.* into v_user from auth.users u where u.id = _user_id;
  return v_user;
exception when unique_violation then
  raise exception using
    errcode = 'PT422', constraint = 'phone_exists',
    message = 'A user with this phone number has already been registered';
end
$$;

-- A change of e-mail: at once when one mail is enough or this is the second,
-- else a note of the first, and no user.
create or replace function auth._apply_email_change(
  _token auth.one_time_tokens, _ip inet, _settings jsonb, _now timestamptz)
  returns auth.users
  language plpgsql volatile
as $$
declare
  v_user    auth.users;
  v_changed auth.users;
begin
  select u.* into v_user from auth.users u where u.id = _token.user_id for update;
  if v_user.email <> '' and auth._setting(_settings, 'secure_email_change') = 'true'
     and v_user.email_change_confirm_status = 0 then
    update auth.users u set email_change_confirm_status = 1 where u.id = v_user.id;
    return null;
  end if;
  v_changed := auth._set_email(v_user.id, v_user.email_change, true, _now);
  if v_user.email_confirmed_at is not null then
    perform auth._notify('email_changed', v_user.email, v_changed,
                         jsonb_build_object('old_email', v_user.email), _settings, _ip, _now);
  end if;
  return v_changed;
end
$$;

-- Moves a user to a confirmed e-mail, proved or not.
create or replace function auth._set_email(_user_id uuid, _email text, _proved boolean, _now timestamptz)
  returns auth.users
  language plpgsql volatile
as $$
declare
  v_user auth.users;
begin
  update auth.users u
     set email = lower(_email), email_confirmed_at = _now, email_autoconfirmed = not _proved,
         email_change = null, email_change_confirm_status = 0, is_anonymous = false, updated_at = _now
   where u.id = _user_id
  returning u.* into v_user;
  perform auth._own_identity(v_user, 'email', _now);
  select u.* into v_user from auth.users u where u.id = _user_id;
  return v_user;
exception when unique_violation then
  raise exception using
    errcode = 'PT422', constraint = 'email_exists',
    message = 'A user with this email address has already been registered';
end
$$;

-- Makes or updates the identity of the user's own e-mail or phone, and says so in their metadata.
create or replace function auth._own_identity(_user auth.users, _provider text, _now timestamptz)
  returns void
  language plpgsql volatile
as $$
declare
  v_data constant jsonb := jsonb_build_object('sub', _user.id) || case _provider
    when 'email'
    then jsonb_build_object('email', _user.email, 'email_verified', _user.email_confirmed_at is not null)
    else jsonb_build_object('phone', _user.phone, 'phone_verified', _user.phone_confirmed_at is not null) end;
begin
  insert into auth.identities as i (provider_id, user_id, provider, identity_data,
                                    created_at, updated_at, last_sign_in_at)
  values (_user.id, _user.id, _provider,
          '{"email_verified": false, "phone_verified": false}'::jsonb || v_data, _now, _now, _now)
      on conflict (provider_id, provider) do update
     set identity_data = i.identity_data || v_data, updated_at = _now;
  update auth.users u
     set raw_app_meta_data = auth._providers(u), raw_user_meta_data = u.raw_user_meta_data || v_data
   where u.id = _user.id;
end
$$;

-- app_metadata with provider and providers as the identities are now, by age.
create or replace function auth._providers(_user auth.users)
  returns jsonb
  language sql stable
as $$
  select _user.raw_app_meta_data - 'provider' - 'providers'
      || coalesce(
        (select jsonb_build_object('provider', (array_agg(p.provider order by p.since))[1],
                                   'providers', jsonb_agg(p.provider order by p.since))
           from (select i.provider, min(i.created_at) as since
                   from auth.identities i
                  where i.user_id = _user.id group by i.provider) p
         having count(*) > 0), '{}')
$$;
