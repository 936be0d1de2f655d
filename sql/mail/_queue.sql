-- The only writer of new messages. Of two with one key the first wins, and the
-- second answers the first's id. The job gets one try more than the message, so
-- that a worker that died on the last one is followed by one who writes it down.
create or replace function mail._queue(
  _channel text, _recipient text, _template text, _locale text, _version int, _body text, _data jsonb,
  _sealed bytea, _idempotency_key text, _hook jsonb default null)
  returns bigint
  language plpgsql volatile
as $$
declare
  v_id  bigint;
  v_max int;
begin
  insert into mail.messages (channel, recipient, template, locale, version, body, data,
                             sealed, idempotency_key, hook)
  values (_channel, _recipient, _template, _locale, _version, _body, coalesce(_data, '{}'),
          _sealed, _idempotency_key, _hook)
      on conflict (idempotency_key) do nothing
  returning id, max_attempts into v_id, v_max;
  if found then
    perform jobs.enqueue(
      _name => _channel || '.send', _payload => jsonb_build_object('message', v_id),
      _max_attempts => v_max + 1);
    return v_id;
  end if;
  select m.id into v_id from mail.messages m where m.idempotency_key = _idempotency_key;
  return v_id;
end
$$;
