-- Writes one line of the audit log. Never pass a token, a code or a password.
create or replace function auth._audit(
  _action text, _log_type text, _user_id uuid, _session_id uuid, _ip inet, _traits jsonb default '{}')
  returns void
  language plpgsql volatile
as $$
begin
  insert into auth.audit_log (action, log_type, actor_id, session_id, ip, traits)
  values (_action, _log_type, _user_id, _session_id, _ip, _traits);
end
$$;
