create or replace function realtime.unsubscribe(_node uuid, _ids bigint[])
  returns void
  language sql volatile
  security definer set search_path = ''
as $$
  delete from realtime.subscriptions s where s.node = _node and s.id = any(_ids)
$$;
comment on function realtime.unsubscribe(uuid, bigint[]) is 'Ends subscriptions of a node.';
revoke execute on function realtime.unsubscribe(uuid, bigint[]) from public;
grant execute on function realtime.unsubscribe(uuid, bigint[]) to authenticator;
