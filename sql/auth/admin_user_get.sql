-- GET /admin/users/{id}
create or replace function auth.admin_user_get(_user_id uuid)
  returns auth.outcome
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_user auth.users;
begin
  select u.* into v_user from auth.users u where u.id = _user_id;
  return case when v_user.id is null then auth._no_such_user() else auth._yes(auth._user_json(v_user)) end;
end
$$;
comment on function auth.admin_user_get(uuid) is 'A user: 200, or 404 user_not_found.';
revoke execute on function auth.admin_user_get(uuid) from public;
grant execute on function auth.admin_user_get(uuid) to service_role;
