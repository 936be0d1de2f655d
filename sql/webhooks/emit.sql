-- Says that something happened, in the transaction in which it did.
create or replace function webhooks.emit(
  _topic text, _payload jsonb default '{}', _version int default 1, _now timestamptz default now())
  returns uuid
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_subscriptions uuid[];
  v_event         uuid;
begin
  if not webhooks._is_topic(_topic) then
    raise exception using errcode = 'PT400', constraint = 'invalid_topic',
      message = format('%L is no topic', _topic),
      hint = 'Write words of letters, digits, _ and - with dots between, such as orders.paid.';
  end if;
  v_subscriptions := array(select s.id from webhooks.subscriptions s
                            where s.enabled and s.topics && webhooks._patterns(_topic));
  if v_subscriptions = '{}' then
    return null;
  end if;
  v_event := webhooks._record(_topic, _payload, coalesce(_version, 1), _now);
  perform webhooks._deliver(v_event, v_subscriptions, _now);
  return v_event;
end
$$;
comment on function webhooks.emit(text, jsonb, int, timestamptz) is
  'Sends an event to whoever subscribed to its topic, when this transaction commits, and answers its id; '
  'null when nobody did. PT400 invalid_topic.';
revoke execute on function webhooks.emit(text, jsonb, int, timestamptz) from public;
grant execute on function webhooks.emit(text, jsonb, int, timestamptz) to service_role;
