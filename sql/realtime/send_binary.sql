create or replace function realtime.send_binary(
  payload bytea, event text, topic text, private boolean default true)
  returns void
  language sql volatile
as $$
  insert into realtime.messages (topic, extension, event, binary_payload, private)
  values ($3, 'broadcast', $2, $1, $4)
$$;
comment on function realtime.send_binary(bytea, text, text, boolean) is
  'Broadcasts bytes to a channel when the transaction commits; clients of protocol 2.0.0 receive them.';
revoke execute on function realtime.send_binary(bytea, text, text, boolean) from public;
grant execute on function realtime.send_binary(bytea, text, text, boolean)
  to anon, authenticated, service_role;
