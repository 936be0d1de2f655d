-- Puts a message that was inserted into realtime.messages into the outbox, so
-- that it is delivered when its transaction commits. Security definer for the
-- reason that realtime.capture is.
create or replace function realtime.capture_message()
  returns trigger
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  insert into realtime.changes (slot, relation, kind, new)
  select realtime._slot(clock_timestamp(), s.slot_seconds), 0, 'MESSAGE',
         jsonb_build_object('id', n.id, 'topic', n.topic, 'event', n.event,
                            'private', coalesce(n.private, false),
                            'payload', n.payload, 'binary', encode(n.binary_payload, 'base64'))
    from new_rows n cross join realtime.settings s
   where n.extension = 'broadcast' and n.event is not null
     and coalesce(current_setting('realtime.quiet', true), '') <> 'on';
  if found then
    perform realtime._wake();
  end if;
  return null;
end
$$;
comment on function realtime.capture_message() is
  'Trigger of realtime.messages: what is inserted there is broadcast on commit.';
revoke execute on function realtime.capture_message() from public;
drop trigger if exists messages_capture on realtime.messages;
create trigger messages_capture after insert on realtime.messages referencing new table as new_rows
  for each statement execute function realtime.capture_message();
