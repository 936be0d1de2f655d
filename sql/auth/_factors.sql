-- Whether the user has a second factor that counts: some changes then need a
-- session that used it.
create or replace function auth._needs_aal2(_user_id uuid, _session_id uuid)
  returns boolean
  language plpgsql stable
as $$
declare
  v_factors  constant regclass := to_regclass('auth.mfa_factors'); -- comes with a migration of its own
  v_verified boolean := false;
begin
  if v_factors is not null then
    execute format('select exists (select from %s f where f.user_id = $1 and f.status = ''verified'')', v_factors) into v_verified using _user_id;
  end if;
  return v_verified and not exists (select from auth.sessions s where s.id = _session_id and s.aal <> 'aal1');
end
$$;
