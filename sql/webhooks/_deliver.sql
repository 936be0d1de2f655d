-- Puts an event on its way to each subscription: a row for the log, and the job
-- of the first attempt. Later attempts are jobs of their own, see finish_delivery.
create or replace function webhooks._deliver(_event uuid, _subscriptions uuid[], _now timestamptz)
  returns bigint[]
  language plpgsql volatile
as $$
declare
  v_ids bigint[];
begin
  with made as (
    insert into webhooks.deliveries (event, subscription, created_at)
    select _event, s.id, _now from unnest(_subscriptions) as s (id)
    returning id)
  select array_agg(m.id order by m.id) into v_ids from made m;
  perform jobs.enqueue_many((
    select jsonb_agg(jsonb_build_object('name', 'webhook.deliver',
                                        'payload', jsonb_build_object('delivery', i.id)))
      from unnest(v_ids) as i (id)));
  return v_ids;
end
$$;

create or replace function webhooks._record(_topic text, _payload jsonb, _version int, _now timestamptz)
  returns uuid
  language sql volatile
as $$
  insert into webhooks.events (topic, payload, version, created_at)
  values (_topic, coalesce(_payload, 'null'), _version, _now)
  returning id
$$;
