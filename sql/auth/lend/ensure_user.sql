-- The user with an address, made and confirmed when there is none. One who is there
-- without having proved the address may be anybody: they lose every way in. A new
-- password ends what the old one began.
create or replace function auth.ensure_user(_email text, _password_hash text, _now timestamptz default now())
  returns jsonb
  language plpgsql volatile
as $$
declare
  v_user auth.users;
  v_out  auth.outcome;
begin
  select u.* into v_user
    from auth.users u
   where lower(u.email) = lower(_email) and not u.is_sso_user and u.deleted_at is null
     for update;
  if v_user.id is null then
    v_out := auth.admin_user_create(
      _input => jsonb_build_object('email', _email, 'password_hash', _password_hash, 'email_confirm', true),
      _ip => null, _now => _now);
    if v_out.status <> 200 then
      raise exception using
        errcode = 'PT' || v_out.status, constraint = v_out.body ->> 'code',
        message = v_out.body ->> 'message';
    end if;
    return jsonb_build_object('id', v_out.body -> 'id', 'email', v_out.body -> 'email', 'created', true);
  end if;
  if v_user.email_confirmed_at is null or v_user.email_autoconfirmed then
    perform auth._disown(v_user.id, _now);
  end if;
  update auth.users u
     set email_confirmed_at = coalesce(u.email_confirmed_at, _now),
         email_autoconfirmed = false, updated_at = _now
   where u.id = v_user.id
  returning u.* into v_user;
  perform auth._own_identity(v_user, 'email', _now);
  if _password_hash is not null then
    perform auth._set_password(v_user.id, _password_hash, null, null, _now);
  end if;
  return jsonb_build_object('id', v_user.id, 'email', v_user.email, 'created', false);
end
$$;
comment on function auth.ensure_user(text, text, timestamptz) is
  'The id of the confirmed user with an address, made when there is none; a password hash replaces the one '
  'there is, and ends the sessions. Who never proved the address is thrown out of the account first.';
revoke execute on function auth.ensure_user(text, text, timestamptz) from public;
