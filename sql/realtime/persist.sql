-- Keeps a broadcast of a private channel for replay, or delivers it: called by
-- the server for a caller who was found to be allowed to write to the channel.
create or replace function realtime.persist(_id uuid, _topic text, _event text, _payload jsonb, _binary bytea)
  returns void
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  perform set_config('realtime.quiet', 'on', true); -- the node has sent it already
  insert into realtime.messages (id, topic, extension, event, payload, binary_payload, private)
  values (_id, _topic, 'broadcast', _event, _payload, _binary, true);
end
$$;
comment on function realtime.persist(uuid, text, text, jsonb, bytea) is
  'Keeps a broadcast that the server has delivered, for replay.';
revoke execute on function realtime.persist(uuid, text, text, jsonb, bytea) from public;
grant execute on function realtime.persist(uuid, text, text, jsonb, bytea) to authenticator;
