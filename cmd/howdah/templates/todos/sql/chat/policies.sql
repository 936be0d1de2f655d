-- Everybody who is signed in reads; everybody speaks in their own name.
drop policy if exists chat_messages_all_read on public.chat_messages;
create policy chat_messages_all_read on public.chat_messages
  for select to authenticated
  using (true);

drop policy if exists chat_messages_author_inserts on public.chat_messages;
create policy chat_messages_author_inserts on public.chat_messages
  for insert to authenticated
  with check (user_id = (select auth.uid()));

-- Private channels: the lounge is for everybody who is signed in, and each user has one of their own.
drop policy if exists chat_channels_read on realtime.messages;
create policy chat_channels_read on realtime.messages
  for select to authenticated
  using (topic in ('lounge', 'user:' || (select auth.uid())::text));

drop policy if exists chat_channels_write on realtime.messages;
create policy chat_channels_write on realtime.messages
  for insert to authenticated
  with check (topic in ('lounge', 'user:' || (select auth.uid())::text));
