create or replace function realtime.stop_node(_node uuid)
  returns void
  language sql volatile
  security definer set search_path = ''
as $$
  delete from realtime.nodes n where n.id = _node;
  delete from realtime.sleepers s where s.node = _node;
$$;
comment on function realtime.stop_node(uuid) is 'Takes a node and its subscriptions away.';
revoke execute on function realtime.stop_node(uuid) from public;
grant execute on function realtime.stop_node(uuid) to authenticator;
