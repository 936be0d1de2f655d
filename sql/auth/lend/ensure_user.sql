-- The user with an address, made and confirmed when there is none.
create or replace function auth.ensure_user(_email text, _password_hash text, _now timestamptz default now())
  returns jsonb
  language plpgsql volatile
as $$
declare
  v_id  uuid := (select u.id from auth.users u where lower(u.email) = lower(_email) and not u.is_sso_user and u.deleted_at is null);
  v_out auth.outcome;
begin
  if v_id is not null then
    update auth.users u
       set encrypted_password = coalesce(_password_hash, u.encrypted_password), email_confirmed_at = coalesce(u.email_confirmed_at, _now), updated_at = _now
     where u.id = v_id;
    return jsonb_build_object('id', v_id, 'email', lower(_email), 'created', false);
  end if;
  v_out := auth.admin_user_create(_input => jsonb_build_object('email', _email, 'password_hash', _password_hash, 'email_confirm', true), _ip => null, _now => _now);
  if v_out.status <> 200 then
    raise exception using errcode = 'PT' || v_out.status, constraint = v_out.body ->> 'code', message = v_out.body ->> 'message';
  end if;
  return jsonb_build_object('id', v_out.body -> 'id', 'email', v_out.body -> 'email', 'created', true);
end
$$;
comment on function auth.ensure_user(text, text, timestamptz) is 'The id of the confirmed user with an address, made when there is none; a password hash replaces the one there is.';
revoke execute on function auth.ensure_user(text, text, timestamptz) from public;
