-- For policies.
create or replace function orgs.is_member(_org_id uuid)
  returns boolean
  language sql stable
  security definer set search_path = ''
as $$
  select exists (select from orgs.members m where m.org_id = _org_id and m.user_id = auth.uid())
$$;
comment on function orgs.is_member(uuid) is 'Whether the caller belongs to the organization.';
revoke execute on function orgs.is_member(uuid) from public;
grant execute on function orgs.is_member(uuid) to anon, authenticated, service_role;
