-- Every policy asks this. It is a definer, so that the policies of memberships
-- do not ask themselves; `in (select …)` runs it once a statement, not a row.
create or replace function private.my_orgs(_least public.member_role default 'viewer')
  returns setof uuid
  language sql stable
  security definer set search_path = ''
as $$
  select m.organization_id from public.memberships m where m.user_id = (select auth.uid()) and m.role >= _least
$$;
comment on function private.my_orgs(public.member_role) is 'The organisations in which the caller has this role or a higher one.';
revoke execute on function private.my_orgs(public.member_role) from public;
grant execute on function private.my_orgs(public.member_role) to authenticated;
