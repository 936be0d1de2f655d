-- DELETE /admin/oauth/clients/{id}: the sessions that it holds end with it.
create or replace function oauth.admin_client_delete(_id uuid, _ip inet, out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  perform auth.end_session(_session_id => g.session_id, _cause => 'client_deleted', _ip => _ip)
     from oauth.grants g
    where g.client_id = _id;
  delete from oauth.clients c where c.id = _id;
  status := case when found then 204 else 404 end;
  body := case when status = 404 then oauth._refusal('oauth_client_not_found', 'Client not found') end;
end
$$;
comment on function oauth.admin_client_delete(uuid, inet) is
  'Deletes a client and ends what it holds: 204; 404 oauth_client_not_found.';
revoke execute on function oauth.admin_client_delete(uuid, inet) from public;
grant execute on function oauth.admin_client_delete(uuid, inet) to service_role;
