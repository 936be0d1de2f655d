-- Called as POST /rest/v1/rpc/join_room. Whoever knows the id may join: give it
-- to those who should.
create or replace function public.join_room(room uuid)
  returns void
  language sql volatile
  security definer set search_path = ''
as $$
  insert into public.members (room_id) values (join_room.room) on conflict do nothing
$$;
comment on function public.join_room(uuid) is 'Puts the caller into a room; twice is once.';
revoke execute on function public.join_room(uuid) from public;
grant execute on function public.join_room(uuid) to authenticated;
