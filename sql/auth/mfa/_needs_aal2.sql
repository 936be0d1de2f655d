-- Whether the session is below what a change of credentials demands: aal2 where
-- the user has a factor, and the user's own hand. A null user or session is below.
create or replace function auth._needs_aal2(_user_id uuid, _session_id uuid)
  returns boolean
  language sql stable
as $$
  select auth._is_delegated(_session_id)
      or exists (select from auth.mfa_factors f where f.user_id = _user_id and f.status = 'verified')
         and not exists (select from auth.sessions s
                          where s.id = _session_id and s.user_id = _user_id and s.aal <> 'aal1')
$$;
