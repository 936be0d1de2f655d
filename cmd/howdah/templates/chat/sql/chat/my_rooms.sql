-- Policies ask this. It is a definer, so that the policy of members does not
-- ask itself.
create or replace function private.my_rooms()
  returns setof uuid
  language sql stable
  security definer set search_path = ''
as $$
  select m.room_id from public.members m where m.user_id = (select auth.uid())
$$;
comment on function private.my_rooms() is 'The rooms that the caller is in.';
revoke execute on function private.my_rooms() from public;
grant execute on function private.my_rooms() to authenticated;
