-- Second factors, as far as accounts lean on them. Their tables come with a
-- migration of their own.

-- Whether the user has a factor that counts and the session did not use one:
-- some changes then wait for one that did.
create or replace function auth._lacks_second_factor(_user_id uuid, _session_id uuid)
  returns boolean
  language plpgsql stable
as $$
declare
  v_factors  constant regclass := to_regclass('auth.mfa_factors');
  v_verified boolean := false;
begin
  if v_factors is not null then
    execute format('select exists (select from %s f where f.user_id = $1 and f.status = ''verified'')', v_factors) into v_verified using _user_id;
  end if;
  return v_verified and not exists (select from auth.sessions s where s.id = _session_id and s.aal <> 'aal1');
end
$$;

create or replace function auth._drop_factors(_user_id uuid)
  returns void
  language plpgsql volatile
as $$
declare
  v_table regclass;
begin
  foreach v_table in array array[to_regclass('auth.mfa_factors'), to_regclass('auth.mfa_recovery_codes'), to_regclass('auth.webauthn_credentials')] loop
    if v_table is not null then
      execute format('delete from %s t where t.user_id = $1', v_table) using _user_id;
    end if;
  end loop;
end
$$;
