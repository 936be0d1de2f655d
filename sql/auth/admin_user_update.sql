-- PUT /admin/users/{id}: changes at once what a user could only ask for.
create or replace function auth.admin_user_update(
  _user_id uuid, _input jsonb, _ip inet, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_user       auth.users;
  v_constraint text;
begin
  if _input ->> 'email' is not null and not auth._is_email(_input ->> 'email')
     or _input ->> 'phone' is not null and auth._phone(_input ->> 'phone') is null then
    return auth._no(400, 'validation_failed', 'Unable to validate email address or phone: invalid format');
  elsif not auth._is_user_role(_input ->> 'role') then
    return auth._no(400, 'validation_failed', 'A user cannot have this role');
  elsif not exists (select from auth.users u where u.id = _user_id and u.deleted_at is null) then
    return auth._no_such_user();
  end if;
  begin
    v_user := auth._admin_set(_user_id, _input, _now);
  exception when unique_violation then
    get stacked diagnostics v_constraint = constraint_name;
    return auth._taken(v_constraint);
  end;
  if _input ->> 'password_hash' is not null then
    perform auth._set_password(_user_id, _input ->> 'password_hash', null, _ip, _now);
  end if;
  perform auth._audit('user_modified', 'user', _user_id, null, _ip,
                      jsonb_build_object('by', 'admin', 'fields', array(
                        select k from jsonb_object_keys(_input) k order by k)));
  return auth._yes(auth._user_json(v_user));
end
$$;
comment on function auth.admin_user_update(uuid, jsonb, inet, timestamptz) is
  'Changes a user (fields as admin_user_create; metadata merged, null deletes; a password ends '
  'all sessions): 200 with the user; 404 user_not_found; 422 email_exists or phone_exists; '
  '400 validation_failed.';
revoke execute on function auth.admin_user_update(uuid, jsonb, inet, timestamptz) from public;
grant execute on function auth.admin_user_update(uuid, jsonb, inet, timestamptz) to service_role;
