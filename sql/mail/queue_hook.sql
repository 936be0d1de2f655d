-- The door through which auth queues what a hook sends: it waits, is tried again and
-- is written down like any message.
create or replace function mail.queue_hook(
  _channel text, _to text, _event text, _input jsonb, _sealed bytea, _idempotency_key text default null)
  returns bigint
  language sql volatile
as $$
  select mail._queue(_channel, _to, null, '', 0, null, '{}', _sealed, _idempotency_key,
                     jsonb_build_object('event', _event, 'input', _input))
$$;
comment on function mail.queue_hook(text, text, text, jsonb, bytea, text) is
  'Queues a mail or text message (_channel mail or sms) that the event''s HTTP hook sends, and '
  'answers its id. _sealed is what the server encrypted of codes: it goes into email_data or '
  'sms of _input when it leaves.';
revoke execute on function mail.queue_hook(text, text, text, jsonb, bytea, text) from public;
