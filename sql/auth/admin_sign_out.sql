-- DELETE /admin/users/{id}/sessions: signs a user out of one session or all.
create or replace function auth.admin_sign_out(_user_id uuid, _session_id uuid, _ip inet)
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_out auth.outcome;
begin
  delete from auth.sessions s where s.user_id = _user_id and (_session_id is null or s.id = _session_id);
  perform auth._audit('logout', 'account', _user_id, _session_id, _ip, '{"by": "admin"}');
  v_out.status := 204;
  return v_out;
end
$$;
comment on function auth.admin_sign_out(uuid, uuid, inet) is
  'Ends a session of a user, or all with none named: 204.';
revoke execute on function auth.admin_sign_out(uuid, uuid, inet) from public;
grant execute on function auth.admin_sign_out(uuid, uuid, inet) to service_role;
