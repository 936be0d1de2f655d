-- Everybody reads; each user writes their own.
drop policy if exists profiles_everybody_reads on public.profiles;
create policy profiles_everybody_reads on public.profiles
  for select to anon, authenticated
  using (true);

drop policy if exists profiles_owner_inserts on public.profiles;
create policy profiles_owner_inserts on public.profiles
  for insert to authenticated
  with check (user_id = (select auth.uid()));

drop policy if exists profiles_owner_updates on public.profiles;
create policy profiles_owner_updates on public.profiles
  for update to authenticated
  using (user_id = (select auth.uid()));

drop policy if exists profiles_owner_deletes on public.profiles;
create policy profiles_owner_deletes on public.profiles
  for delete to authenticated
  using (user_id = (select auth.uid()));
