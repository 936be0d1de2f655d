-- Whose account an identity of a provider is. The rule:
--   1. an identity that is known is its user's;
--   2. else, an e-mail that the provider has verified joins the one user who has
--      it. Where that user never proved it, whoever made the account may not own
--      the address: its password, other identities and sessions go, and its
--      metadata is replaced (account pre-takeover);
--   3. else there is a new user. An e-mail that the provider has not verified
--      never joins anybody.
-- What a provider calls an e-mail and is none here (auth._is_email) is none to all of them.

create or replace function auth._sound_identity(_identity jsonb)
  returns jsonb
  language sql immutable parallel safe
as $$
  select case when _identity ->> 'email' <> '' and not auth._is_email(_identity ->> 'email')
              then _identity - 'email' || '{"email_verified": false}' else _identity end
$$;

-- Rule 1.
create or replace function auth._known_identity(_provider text, _identity jsonb, _now timestamptz)
  returns auth.users
  language plpgsql volatile
as $$
declare
  v_user auth.users;
begin
  update auth.identities i
     set identity_data = i.identity_data || _identity, last_sign_in_at = _now, updated_at = _now
   where i.provider = _provider and i.provider_id = _identity ->> 'sub';
  if found then
    update auth.users u set raw_user_meta_data = u.raw_user_meta_data || _identity, updated_at = _now
      from auth.identities i
     where i.provider = _provider and i.provider_id = _identity ->> 'sub'
       and u.id = i.user_id and u.deleted_at is null
    returning u.* into v_user;
  end if;
  return v_user;
end
$$;

-- Adds an identity to a user; unique_violation when somebody has it.
create or replace function auth._add_identity(
  _user_id uuid, _provider text, _identity jsonb, _now timestamptz)
  returns void
  language plpgsql volatile
as $$
begin
  insert into auth.identities (provider_id, user_id, provider, identity_data, created_at,
                               updated_at, last_sign_in_at)
  values (_identity ->> 'sub', _user_id, _provider, _identity, _now, _now, _now);
  update auth.users u set raw_app_meta_data = auth._providers(u), updated_at = _now where u.id = _user_id;
end
$$;

-- Rule 2; no user when nobody has the address.
create or replace function auth._join_by_email(
  _provider text, _identity jsonb, _ip inet, _settings jsonb, _now timestamptz)
  returns auth.users
  language plpgsql volatile
as $$
declare
  v_user auth.users;
begin
  select u.* into v_user from auth.users u
   where lower(u.email) = lower(_identity ->> 'email') and not u.is_sso_user and u.deleted_at is null
     for update;
  if v_user.id is null then
    return null;
  end if;
  if v_user.email_confirmed_at is null or v_user.email_autoconfirmed then
    perform auth._disown(v_user.id, _now);
    delete from auth.identities i where i.user_id = v_user.id; -- the provider's is the only one
    update auth.users u set raw_user_meta_data = '{}' where u.id = v_user.id;
  else
    perform auth._notify('identity_linked', v_user.email, v_user, jsonb_build_object('provider', _provider),
                         _settings, _ip, _now);
  end if;
  update auth.users u
     set email_confirmed_at = coalesce(u.email_confirmed_at, _now), email_autoconfirmed = false,
         is_anonymous = false, raw_user_meta_data = u.raw_user_meta_data || _identity
   where u.id = v_user.id;
  perform auth._add_identity(v_user.id, _provider, _identity, _now);
  select u.* into v_user from auth.users u where u.id = v_user.id;
  return v_user;
end
$$;

-- Rule 3. Nobody else's e-mail is taken: the new user then has none.
create or replace function auth._join_new(
  _provider text, _identity jsonb, _verified boolean, _ip inet, _settings jsonb, _now timestamptz)
  returns auth.users
  language plpgsql volatile
as $$
declare
  v_email constant text := case when not exists (select from auth._user_by(_identity ->> 'email', null))
                                then lower(_identity ->> 'email') end;
  v_id    constant uuid := coalesce((_settings ->> 'new_user_id')::uuid, gen_random_uuid());
  v_user  auth.users;
begin
  if auth._has_hook('before_user_created', _settings) then
    perform auth._fire('before_user_created',
                       jsonb_build_object(
                         'user', auth._made_up_user(v_email, null, _identity, _now)
                                 || jsonb_build_object(
                                   'id', v_id,
                                   'app_metadata', jsonb_build_object(
                                     'provider', _provider, 'providers', jsonb_build_array(_provider)))),
                       _ip,
                       _settings,
                       _now);
  end if;
  insert into auth.users (id, email, email_confirmed_at, email_autoconfirmed, raw_user_meta_data,
                          raw_app_meta_data, created_at, updated_at)
  values (v_id, v_email, case when _verified then _now end,
          _verified and (_identity -> 'email_verified' = 'true') is not true, _identity,
          jsonb_build_object('provider', _provider, 'providers', jsonb_build_array(_provider)), _now, _now);
  perform auth._add_identity(v_id, _provider, _identity, _now);
  select u.* into v_user from auth.users u where u.id = v_id;
  perform auth._audit('user_signedup', 'team', v_id, null, _ip, jsonb_build_object('provider', _provider));
  if auth._has_hook('after_user_created', _settings) then
    perform auth._fire('after_user_created', jsonb_build_object('user', auth._user_json(v_user)),
                       _ip, _settings, _now);
  end if;
  return v_user;
end
$$;

-- The user of an identity; null where there is none and may be none. Two
-- callbacks that race for one identity: the unique index lets one make it, the
-- other tries again.
create or replace function auth._join(
  _provider text, _identity jsonb, _email_optional boolean, _ip inet, _settings jsonb, _now timestamptz)
  returns auth.users
  language plpgsql volatile
as $$
declare
  v_vouched constant boolean := (_identity -> 'email_verified' = 'true'
                                 and _identity ->> 'email' <> '') is true;
  v_user    auth.users;
begin
  v_user := auth._known_identity(_provider, _identity, _now);
  if v_user.id is null and v_vouched then
    v_user := auth._join_by_email(_provider, _identity, _ip, _settings, _now);
  end if;
  if v_user.id is null and auth._setting(_settings, 'disable_signup') <> 'true'
     and (_identity ->> 'email' <> '' or _email_optional) then
    v_user := auth._join_new(_provider, _identity,
                             v_vouched or auth._setting(_settings, 'autoconfirm') = 'true',
                             _ip, _settings, _now);
  end if;
  return v_user;
exception when unique_violation then
  -- the server tries again
  raise exception using errcode = '40001', message = 'somebody else made this account meanwhile';
end
$$;

-- Why the user of an identity may not come in; null status when they may. Who
-- has to confirm an address first is mailed.
create or replace function auth._refuse_joined(
  _user auth.users, _provider text, _identity jsonb, _token jsonb, _ip inet, _settings jsonb,
  _now timestamptz)
  returns auth.outcome
  language plpgsql volatile
as $$
begin
  if _user.id is null and auth._setting(_settings, 'disable_signup') = 'true' then
    return auth._no(422, 'signup_disabled', 'Signups not allowed for this instance');
  elsif _user.id is null then
    return auth._no(500, 'unexpected_failure', 'Error getting user email from external provider');
  elsif _user.banned_until > _now then
    return auth._no(403, 'user_banned', 'User is banned');
  elsif _user.confirmed_at is not null or coalesce(_identity ->> 'email', '') = '' then
    return null;
  elsif _user.email is not null
     and (auth._gap('confirmation', _user.email, _settings, _now)).status is null then
    perform auth._send(_user, 'confirmation', 'signup', _user.email, _token, _ip, _settings, _now);
  end if;
  return auth._no(403, 'provider_email_needs_verification',
                  format('Unverified email with %s. A confirmation email has been sent to your %1$s email',
                         _provider));
end
$$;

-- Links an identity to the user who asked for it: the refusal, or null.
create or replace function auth._link(
  _user_id uuid, _provider text, _identity jsonb, _token jsonb, _ip inet, _settings jsonb, _now timestamptz)
  returns auth.outcome
  language plpgsql volatile
as $$
declare
  v_vouched constant boolean := (_identity -> 'email_verified' = 'true') is true;
  v_user    auth.users;
begin
  if exists (select from auth.identities i
              where i.provider = _provider and i.provider_id = _identity ->> 'sub') then
    return auth._no(422, 'identity_already_exists', 'Identity is already linked to a user');
  end if;
  perform auth._add_identity(_user_id, _provider, _identity, _now);
  perform auth._audit('identity_linked', 'user', _user_id, null, _ip,
                      jsonb_build_object('provider', _provider));
  select u.* into v_user from auth.users u where u.id = _user_id for update;
  perform auth._notify('identity_linked', v_user.email, v_user, jsonb_build_object('provider', _provider),
                       _settings, _ip, _now);
  if v_user.email is null and _identity ->> 'email' <> ''
     and not exists (select from auth._user_by(_identity ->> 'email', null)) then
    update auth.users u
       set email = lower(_identity ->> 'email'), email_confirmed_at = case when v_vouched then _now end,
           email_autoconfirmed = false, is_anonymous = u.is_anonymous and not v_vouched
     where u.id = _user_id
    returning u.* into v_user;
    if not v_vouched then
      perform auth._send(v_user, 'confirmation', 'signup', v_user.email, _token, _ip, _settings, _now);
      return auth._no(422, 'email_not_confirmed',
                      'Unverified email with ' || _provider || '. A confirmation email has been sent');
    end if;
  elsif v_user.is_anonymous then
    update auth.users u set is_anonymous = false where u.id = _user_id;
  end if;
  return null;
exception when unique_violation then
  return auth._no(422, 'identity_already_exists', 'Identity is already linked to a user');
end
$$;
