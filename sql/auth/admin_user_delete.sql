-- DELETE /admin/users/{id}: for good, or so that the row stays for those who
-- refer to it and nothing in it says who it was.
create or replace function auth.admin_user_delete(
  _user_id uuid, _soft boolean, _ip inet, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  if _soft is true then
    update auth.users u
       set deleted_at = _now, updated_at = _now,
           email = 'deleted-' || encode(sha256(convert_to(u.id || u.email, 'UTF8')), 'hex'),
           phone = 'deleted-' || encode(sha256(convert_to(u.id || u.phone, 'UTF8')), 'hex'),
           email_change = null, phone_change = null,
           encrypted_password = null, raw_user_meta_data = '{}', raw_app_meta_data = '{}'
     where u.id = _user_id and u.deleted_at is null;
    if not found then
      return auth._no_such_user();
    end if;
    update auth.identities i
       set provider_id = 'deleted-' || encode(sha256(convert_to(i.id || i.provider_id, 'UTF8')), 'hex'),
           identity_data = '{}'
     where i.user_id = _user_id;
    delete from auth.sessions s where s.user_id = _user_id;
    delete from auth.one_time_tokens t where t.user_id = _user_id;
    perform auth._drop_factors(_user_id);
  else
    delete from auth.users u where u.id = _user_id;
    if not found then
      return auth._no_such_user();
    end if;
  end if;
  perform auth._audit('user_deleted', 'team', _user_id, null, _ip,
                      jsonb_build_object('by', 'admin', 'soft', _soft is true));
  return auth._yes();
end
$$;
comment on function auth.admin_user_delete(uuid, boolean, inet, timestamptz) is
  'Deletes a user; _soft keeps the row without anything personal, and frees the addresses. '
  '200, or 404 user_not_found.';
revoke execute on function auth.admin_user_delete(uuid, boolean, inet, timestamptz) from public;
grant execute on function auth.admin_user_delete(uuid, boolean, inet, timestamptz) to service_role;
