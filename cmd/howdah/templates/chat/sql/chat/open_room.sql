-- Called as POST /rest/v1/rpc/open_room: a room and its first member, together.
create or replace function public.open_room(name text)
  returns uuid
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_room uuid;
begin
  insert into public.rooms (name) values (open_room.name) returning id into v_room;
  insert into public.members (room_id) values (v_room);
  return v_room;
end
$$;
comment on function public.open_room(text) is 'Opens a room with the caller in it; answers its id.';
revoke execute on function public.open_room(text) from public;
grant execute on function public.open_room(text) to authenticated;
