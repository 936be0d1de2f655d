-- Called when a private channel is joined with broadcast.replay, after
-- realtime.authorize_channel said that its messages may be read.
create or replace function realtime.replay(_topic text, _since timestamptz, _limit int default 25)
  returns table (id uuid, event text, payload jsonb, binary_payload bytea)
  language sql stable
  security definer set search_path = ''
as $$
  select r.id, r.event, r.payload, r.binary_payload
    from (select m.id, m.event, m.payload, m.binary_payload, m.inserted_at
            from realtime.messages m
           where m.topic = _topic and m.private and m.extension = 'broadcast' and m.event is not null
             and m.inserted_at >= _since at time zone current_setting('timezone')
           order by m.inserted_at desc
           limit least(greatest(_limit, 1), 25)) r
   order by r.inserted_at
$$;
comment on function realtime.replay(text, timestamptz, int) is
  'The newest messages of a private channel since a moment, at most 25, oldest first.';
revoke execute on function realtime.replay(text, timestamptz, int) from public;
grant execute on function realtime.replay(text, timestamptz, int) to authenticator;
