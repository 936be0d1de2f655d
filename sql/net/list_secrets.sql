create or replace function net.list_secrets(out status int, out body jsonb)
  returns record
  language sql stable
  security definer set search_path = ''
as $$
  select 200,
         coalesce(jsonb_agg(jsonb_build_object('name', s.name, 'updated_at', s.updated_at) order by s.name),
                  '[]')
    from (select s.name, s.updated_at from net.secrets s order by s.name limit 1000) s
$$;
comment on function net.list_secrets() is 'The names of the first 1000 secrets; values are never shown.';
revoke execute on function net.list_secrets() from public;
grant execute on function net.list_secrets() to service_role;
