-- DELETE /admin/users/{id}/passkeys/{passkey}
create or replace function auth.admin_passkey_delete(_user_id uuid, _passkey_id uuid, _ip inet)
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_out auth.outcome;
begin
  delete from auth.webauthn_credentials c
   where c.id = _passkey_id and c.user_id = _user_id and c.factor_id is null;
  if not found then
    return auth._no(404, 'webauthn_credential_not_found', 'Passkey not found');
  end if;
  perform auth._audit('passkey_deleted', 'factor', _user_id, null, _ip,
                      jsonb_build_object('by', 'admin', 'passkey_id', _passkey_id));
  v_out.status := 204;
  return v_out;
end
$$;
comment on function auth.admin_passkey_delete(uuid, uuid, inet) is
  'Deletes a passkey: 204; 404 webauthn_credential_not_found.';
revoke execute on function auth.admin_passkey_delete(uuid, uuid, inet) from public;
grant execute on function auth.admin_passkey_delete(uuid, uuid, inet) to service_role;
