-- Ends a session for a reason that another domain has.
create or replace function auth.end_session(_session_id uuid, _cause text, _ip inet)
  returns void
  language plpgsql volatile
as $$
declare
  v_user_id uuid;
begin
  delete from auth.sessions s where s.id = _session_id returning s.user_id into v_user_id;
  if v_user_id is not null then
    perform auth._audit('token_revoked', 'token', v_user_id, _session_id, _ip,
                        jsonb_build_object('cause', _cause));
  end if;
end
$$;
comment on function auth.end_session(uuid, text, inet) is 'Ends a session, if there is one, and audits why.';
revoke execute on function auth.end_session(uuid, text, inet) from public;
