-- POST /admin/users: makes a user without any mail. Neither strength of the
-- password nor before_user_created apply, as GoTrue has it.
create or replace function auth.admin_user_create(_input jsonb, _ip inet, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_id         constant uuid := coalesce((_input ->> 'id')::uuid, gen_random_uuid());
  v_email      constant text := lower(_input ->> 'email');
  v_phone      constant text := auth._phone(_input ->> 'phone');
  v_user       auth.users;
  v_constraint text;
begin
  if v_email is null and v_phone is null then
    return auth._no(400, 'validation_failed', 'Cannot create a user without either an email or phone');
  elsif v_email is not null and not auth._is_email(_input ->> 'email')
     or v_phone is null and _input ->> 'phone' is not null then
    return auth._no(400, 'validation_failed', 'Unable to validate email address or phone: invalid format');
  elsif not auth._is_user_role(_input ->> 'role') then
    return auth._no(400, 'validation_failed', 'A user cannot have this role');
  end if;
  begin
    insert into auth.users (id, aud, email, phone, raw_user_meta_data, raw_app_meta_data,
                            created_at, updated_at)
    values (v_id, coalesce(_input ->> 'aud', 'authenticated'), v_email, v_phone,
            coalesce(nullif(_input -> 'user_metadata', 'null'), '{}'),
            auth._app_metadata(v_email, v_phone) || coalesce(nullif(_input -> 'app_metadata', 'null'), '{}'),
            _now, _now);
    v_user := auth._admin_set(v_id, _input - 'user_metadata' - 'app_metadata', _now);
  exception when unique_violation then
    get stacked diagnostics v_constraint = constraint_name;
    return auth._taken(v_constraint);
  end;
  perform auth._audit('user_signedup', 'team', v_id, null, _ip, '{"by": "admin"}');
  return auth._yes(auth._user_json(v_user));
end
$$;
comment on function auth.admin_user_create(jsonb, inet, timestamptz) is
  'Makes a user of email, phone, password_hash, email_confirm, phone_confirm, user_metadata, app_metadata, '
  'role, id, aud, ban_seconds: 200 with the user; 422 email_exists or phone_exists; 400 validation_failed.';
revoke execute on function auth.admin_user_create(jsonb, inet, timestamptz) from public;
grant execute on function auth.admin_user_create(jsonb, inet, timestamptz) to service_role;
