-- Called by a node whose feed has seen nothing for a while. See _wake.sql.
create or replace function realtime.sleep(_node uuid)
  returns void
  language sql volatile
  security definer set search_path = ''
as $$
  insert into realtime.sleepers (node)
  select _node where not exists (select from realtime.sleepers s where s.node = _node)
$$;
comment on function realtime.sleep(uuid) is 'Asks for a notification on howdah_realtime at the next write.';
revoke execute on function realtime.sleep(uuid) from public;
grant execute on function realtime.sleep(uuid) to authenticator;
