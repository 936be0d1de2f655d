-- Called by a node before it takes sockets, and after its feed was interrupted.
create or replace function realtime.start_node(_node uuid)
  returns text
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  insert into realtime.nodes (id) values (_node) on conflict (id) do update set seen_at = now();
  return pg_current_snapshot()::text;
end
$$;
comment on function realtime.start_node(uuid) is
  'Puts a node down; answers the place in the outbox from which it reads on.';
revoke execute on function realtime.start_node(uuid) from public;
grant execute on function realtime.start_node(uuid) to authenticator;
