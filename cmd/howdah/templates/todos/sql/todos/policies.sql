-- A todo belongs to its user, for reading and for writing.
drop policy if exists todos_owner_reads on public.todos;
create policy todos_owner_reads on public.todos
  for select to authenticated
  using (user_id = (select auth.uid()));

drop policy if exists todos_owner_inserts on public.todos;
create policy todos_owner_inserts on public.todos
  for insert to authenticated
  with check (user_id = (select auth.uid()));

drop policy if exists todos_owner_updates on public.todos;
create policy todos_owner_updates on public.todos
  for update to authenticated
  using (user_id = (select auth.uid()));

drop policy if exists todos_owner_deletes on public.todos;
create policy todos_owner_deletes on public.todos
  for delete to authenticated
  using (user_id = (select auth.uid()));
