-- The roles that everything else grants to. Names and powers are PostgREST's
-- and Supabase's, so that their documents and policies apply.
-- Roles belong to the cluster, not to a database: they may be there already.

-- +goose Up
-- +goose StatementBegin
do $$
declare
  v_super constant boolean := (select r.rolsuper from pg_catalog.pg_roles r where r.rolname = current_user);
  v_role  text;
begin
  perform pg_advisory_xact_lock(hashtextextended('howdah.roles', 0));
  foreach v_role in array array['howdah_owner', 'anon', 'authenticated', 'service_role', 'authenticator'] loop
    if not exists (select from pg_catalog.pg_roles r where r.rolname = v_role) then
      execute format('create role %I nologin noinherit', v_role);
    end if;
  end loop;
  -- Only a superuser, or from PostgreSQL 16 on a role that has it itself, may hand out bypassrls.
  if not (select r.rolbypassrls from pg_catalog.pg_roles r where r.rolname = 'service_role') then
    alter role service_role bypassrls;
  end if;
  if not (select r.rolcanlogin from pg_catalog.pg_roles r where r.rolname = 'authenticator') then
    alter role authenticator login noinherit;
  end if;
  grant anon, authenticated, service_role to authenticator;
  -- Whoever migrates acts as the owner of the platform's objects.
  if not v_super then
    execute format('grant howdah_owner to %I', current_user);
  end if;
end
$$;
-- +goose StatementEnd
-- Functions of the platform are nobody's until granted by name.
alter default privileges for role howdah_owner revoke execute on functions from public;

-- +goose Down
alter default privileges for role howdah_owner grant execute on functions to public;
-- +goose StatementBegin
do $$
declare
  v_role text;
begin
  perform pg_advisory_xact_lock(hashtextextended('howdah.roles', 0));
  foreach v_role in array array['authenticator', 'service_role', 'authenticated', 'anon', 'howdah_owner'] loop
    begin
      execute format('drop role if exists %I', v_role);
    -- internal_error: one of the databases that use it is dropped at this moment
    exception when dependent_objects_still_exist or internal_error then
      raise notice 'role % stays: another database of this cluster uses it', v_role;
    end;
  end loop;
end
$$;
-- +goose StatementEnd
