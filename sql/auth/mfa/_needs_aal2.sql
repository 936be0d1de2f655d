-- Whether the session is below what its user's factors demand. A null user or
-- session is below.
create or replace function auth._needs_aal2(_user_id uuid, _session_id uuid)
  returns boolean
  language sql stable
as $$
  select exists (select from auth.mfa_factors f where f.user_id = _user_id and f.status = 'verified')
     and not exists (select from auth.sessions s where s.id = _session_id and s.user_id = _user_id and s.aal <> 'aal1')
$$;
