-- A line of the audit log about what the caller did elsewhere.
create or replace function auth.audit(_action text, _traits jsonb default '{}')
  returns void
  language plpgsql volatile
as $$
begin
  perform auth._audit(_action, 'team', auth.uid(), (auth.jwt() ->> 'session_id')::uuid, null, _traits);
end
$$;
comment on function auth.audit(text, jsonb) is
  'Writes what the caller did to the audit log. Never pass a token, a code or a password.';
revoke execute on function auth.audit(text, jsonb) from public;
