-- For policies: what an API key may do of what its owner may.
create or replace function auth.has_scope(_scope text)
  returns boolean
  language sql stable
  security definer set search_path = ''
as $$
  select case when auth.jwt() ? 'api_key_id'
         then auth._covers(array(select jsonb_array_elements_text(auth.jwt() -> 'scopes')), _scope)
         else coalesce(_scope <> '', false) end
$$;
comment on function auth.has_scope(text) is
  'Whether the caller''s API key has the scope (resource:action). True without a key: scopes restrict keys '
  'alone. Use it in policies as (select auth.has_scope(''todos:write'')).';
revoke execute on function auth.has_scope(text) from public;
grant execute on function auth.has_scope(text) to anon, authenticated, service_role;
