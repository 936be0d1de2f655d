-- Sends an event on demand, to try a receiver: to one subscription whatever its
-- topics are, or to all that want the topic.
create or replace function webhooks.test_fire(
  _topic text, _payload jsonb default '{}', _subscription uuid default null, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_subscriptions uuid[];
  v_event         uuid;
begin
  if not webhooks._is_topic(_topic) then
    status := 400;
    body := webhooks._refusal('invalid_topic', 'Name one topic, such as orders.paid.');
    return;
  end if;
  v_subscriptions := array(select s.id from webhooks.subscriptions s
                            where s.enabled
                              and case when _subscription is null then s.topics && webhooks._patterns(_topic)
                                       else s.id = _subscription end);
  if v_subscriptions = '{}' then
    status := 404;
    body := webhooks._refusal('subscription_not_found', 'No subscription that is switched on wants this.');
    return;
  end if;
  v_event := webhooks._record(_topic, _payload, 1, _now);
  status := 202;
  body := jsonb_build_object('event', v_event,
                             'deliveries', webhooks._deliver(v_event, v_subscriptions, _now));
end
$$;
comment on function webhooks.test_fire(text, jsonb, uuid, timestamptz) is
  'Sends an event to one subscription, or to all that want its topic: 202 with the event and its deliveries. '
  '400 invalid_topic, 404 subscription_not_found.';
revoke execute on function webhooks.test_fire(text, jsonb, uuid, timestamptz) from public;
grant execute on function webhooks.test_fire(text, jsonb, uuid, timestamptz) to service_role;
