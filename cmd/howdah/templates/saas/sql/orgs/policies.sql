-- Viewers read, members work, admins manage members, owners all of it.
drop policy if exists organizations_members_read on public.organizations;
create policy organizations_members_read on public.organizations
  for select to authenticated
  using (id in (select private.my_orgs()));

drop policy if exists organizations_owners_change on public.organizations;
create policy organizations_owners_change on public.organizations
  for update to authenticated
  using (id in (select private.my_orgs('owner')));

drop policy if exists memberships_members_read on public.memberships;
create policy memberships_members_read on public.memberships
  for select to authenticated
  using (organization_id in (select private.my_orgs()));

-- Admins may not make owners, nor touch them: that is for owners.
drop policy if exists memberships_admins_add on public.memberships;
create policy memberships_admins_add on public.memberships
  for insert to authenticated
  with check (organization_id in (select private.my_orgs('admin'))
              and (role < 'owner' or organization_id in (select private.my_orgs('owner'))));

drop policy if exists memberships_admins_change on public.memberships;
create policy memberships_admins_change on public.memberships
  for update to authenticated
  using (organization_id in (select private.my_orgs('admin'))
         and (role < 'owner' or organization_id in (select private.my_orgs('owner'))));

drop policy if exists memberships_leave_or_removed on public.memberships;
create policy memberships_leave_or_removed on public.memberships
  for delete to authenticated
  using (user_id = (select auth.uid())
         or organization_id in (select private.my_orgs('admin'))
            and (role < 'owner' or organization_id in (select private.my_orgs('owner'))));

drop policy if exists projects_members_read on public.projects;
create policy projects_members_read on public.projects
  for select to authenticated
  using (organization_id in (select private.my_orgs()));

drop policy if exists projects_members_add on public.projects;
create policy projects_members_add on public.projects
  for insert to authenticated
  with check (organization_id in (select private.my_orgs('member')));

drop policy if exists projects_members_change on public.projects;
create policy projects_members_change on public.projects
  for update to authenticated
  using (organization_id in (select private.my_orgs('member')));

drop policy if exists projects_admins_delete on public.projects;
create policy projects_admins_delete on public.projects
  for delete to authenticated
  using (organization_id in (select private.my_orgs('admin')));
