-- The bus between nodes, where it is PostgreSQL: what one tells the others goes
-- through the outbox, which they read anyway. A node alone writes nothing. A
-- node is in realtime.nodes before it takes sockets, so none misses a word. What
-- clients wrote is text within the message: jsonb does not take all of JSON.
create or replace function realtime.publish(_node uuid, _messages jsonb[], _now timestamptz default now())
  returns void
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  if not exists (select from realtime.nodes n
                  where n.id <> _node and n.seen_at > _now - interval '30 seconds') then
    return;
  end if;
  insert into realtime.changes (slot, kind, new)
  select realtime._slot(clock_timestamp(), s.slot_seconds), 'BUS',
         jsonb_build_object('from', _node, 'message', m.message)
    from unnest(_messages) with ordinality as m (message, n) cross join realtime.settings s
   order by m.n;
  perform realtime._wake();
end
$$;
comment on function realtime.publish(uuid, jsonb[], timestamptz) is
  'Tells the other nodes something, in order. Nothing is written while there are none.';
revoke execute on function realtime.publish(uuid, jsonb[], timestamptz) from public;
grant execute on function realtime.publish(uuid, jsonb[], timestamptz) to authenticator;
