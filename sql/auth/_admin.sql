-- What the admin API's functions share. They are granted to service_role: who
-- may call them is the database's to say.

-- The user's own fields that an admin's request names; the rest stays. Takes
-- email, phone, email_confirm, phone_confirm, password_hash, user_metadata,
-- app_metadata, role, ban_seconds (0 lifts a ban).
create or replace function auth._admin_set(_user_id uuid, _input jsonb, _now timestamptz)
  returns auth.users
  language plpgsql volatile
as $$
declare
  v_user auth.users;
begin
  update auth.users u
     set email = coalesce(lower(_input ->> 'email'), u.email),
         phone = coalesce(auth._phone(_input ->> 'phone'), u.phone),
         email_confirmed_at = case when _input -> 'email_confirm' = 'true'
                                   then coalesce(u.email_confirmed_at, _now)
                                   else u.email_confirmed_at end,
         email_autoconfirmed = u.email_autoconfirmed and (_input -> 'email_confirm' = 'true') is not true,
         phone_confirmed_at = case when _input -> 'phone_confirm' = 'true'
                                   then coalesce(u.phone_confirmed_at, _now)
                                   else u.phone_confirmed_at end,
         encrypted_password = coalesce(_input ->> 'password_hash', u.encrypted_password),
         raw_user_meta_data = auth._merged(u.raw_user_meta_data,
                                           coalesce(nullif(_input -> 'user_metadata', 'null'), '{}')),
         raw_app_meta_data = auth._merged(u.raw_app_meta_data,
                                          coalesce(nullif(_input -> 'app_metadata', 'null'), '{}')),
         role = coalesce(_input ->> 'role', u.role),
         banned_until = case when _input -> 'ban_seconds' is null then u.banned_until
                             when (_input ->> 'ban_seconds')::double precision > 0 then _now + make_interval(
                               secs => (_input ->> 'ban_seconds')::double precision) end,
         is_anonymous = u.is_anonymous and _input ->> 'email' is null and _input ->> 'phone' is null,
         updated_at = _now
   where u.id = _user_id
  returning u.* into v_user;
  if _input ? 'email' or _input -> 'email_confirm' = 'true' and v_user.email is not null then
    perform auth._own_identity(v_user, 'email', _now);
  end if;
  if _input ? 'phone' or _input -> 'phone_confirm' = 'true' and v_user.phone is not null then
    perform auth._own_identity(v_user, 'phone', _now);
  end if;
  select u.* into v_user from auth.users u where u.id = _user_id;
  return v_user;
end
$$;

-- Which address a unique index refused.
create or replace function auth._taken(_constraint text)
  returns auth.outcome
  language sql immutable parallel safe
as $$
  select case _constraint
    when 'users_phone_unique'
    then auth._no(422, 'phone_exists', 'A user with this phone number has already been registered')
    when 'users_pkey'
    then auth._no(422, 'user_already_exists', 'A user with this id has already been registered')
    else auth._no(422, 'email_exists', 'A user with this email address has already been registered') end
$$;

create or replace function auth._no_such_user()
  returns auth.outcome
  language sql immutable parallel safe
as $$
  select auth._no(404, 'user_not_found', 'User not found')
$$;

-- Roles that a user may have: the request roles that are no admin's.
create or replace function auth._is_user_role(_role text)
  returns boolean
  language sql stable
as $$
  select _role is null
      or _role not in ('service_role', 'authenticator', 'howdah_owner') and _role not like 'pg\_%'
         and (_role = ''
              or pg_has_role('authenticator', (select r.oid from pg_roles r where r.rolname = _role),
                             'member')) is true
$$;
