-- For policies: looked up at each request, so that a role taken away is gone at
-- once. Fails closed: nobody, nothing wanted, no role, an API key whose scopes
-- do not cover it.
create or replace function auth.has_permission(_permission text, _org_id uuid default null)
  returns boolean
  language sql stable
  security definer set search_path = ''
as $$
  select coalesce(auth.uid() is not null and auth.has_scope(_permission)
                  and auth._covers(orgs.permissions_of(_user_id => auth.uid(), _org_id => _org_id),
                                   _permission), false)
$$;
comment on function auth.has_permission(text, uuid) is
  'Whether the caller has the permission (resource:action) by a role that holds everywhere or, with an '
  'organization, by the role there. Use it in policies as (select auth.has_permission(''todos:write'')).';
revoke execute on function auth.has_permission(text, uuid) from public;
grant execute on function auth.has_permission(text, uuid) to anon, authenticated, service_role;
