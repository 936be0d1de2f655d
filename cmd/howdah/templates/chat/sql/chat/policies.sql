-- Members of a room see it, who is in it and what is said in it.
drop policy if exists rooms_members_read on public.rooms;
create policy rooms_members_read on public.rooms
  for select to authenticated
  using (id in (select private.my_rooms()));

drop policy if exists members_members_read on public.members;
create policy members_members_read on public.members
  for select to authenticated
  using (room_id in (select private.my_rooms()));

drop policy if exists members_leave on public.members;
create policy members_leave on public.members
  for delete to authenticated
  using (user_id = (select auth.uid()));

drop policy if exists messages_members_read on public.messages;
create policy messages_members_read on public.messages
  for select to authenticated
  using (room_id in (select private.my_rooms()));

drop policy if exists messages_members_write on public.messages;
create policy messages_members_write on public.messages
  for insert to authenticated
  with check (user_id = (select auth.uid()) and room_id in (select private.my_rooms()));

drop policy if exists messages_author_deletes on public.messages;
create policy messages_author_deletes on public.messages
  for delete to authenticated
  using (user_id = (select auth.uid()));
