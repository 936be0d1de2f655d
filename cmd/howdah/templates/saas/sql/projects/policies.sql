-- The header X-Org-Id names the organization; roles say who may what in it, each
-- asked once a statement. Built in: org_admin, operator (reads, writes, deletes),
-- viewer (reads).
drop policy if exists projects_read on public.projects;
create policy projects_read on public.projects
  for select to authenticated
  using (org_id = (select orgs.current_org()) and (select auth.has_permission('projects:read', orgs.current_org())));

drop policy if exists projects_add on public.projects;
create policy projects_add on public.projects
  for insert to authenticated
  with check (org_id = (select orgs.current_org()) and (select auth.has_permission('projects:write', orgs.current_org())));

drop policy if exists projects_change on public.projects;
create policy projects_change on public.projects
  for update to authenticated
  using (org_id = (select orgs.current_org()) and (select auth.has_permission('projects:write', orgs.current_org())));

drop policy if exists projects_delete on public.projects;
create policy projects_delete on public.projects
  for delete to authenticated
  using (org_id = (select orgs.current_org()) and (select auth.has_permission('projects:delete', orgs.current_org())));
