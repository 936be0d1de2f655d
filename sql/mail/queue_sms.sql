-- The door through which schema sms queues: the table is mail's.
create or replace function mail.queue_sms(
  _to text, _body_template text, _data jsonb, _sealed bytea, _idempotency_key text)
  returns bigint
  language sql volatile
as $$
  select mail._queue('sms', _to, null, '', 0, _body_template, _data, _sealed, _idempotency_key)
$$;
comment on function mail.queue_sms(text, text, jsonb, bytea, text) is
  'Queues a text message that sms.send has checked; answers its id.';
