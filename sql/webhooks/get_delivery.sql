create or replace function webhooks.get_delivery(_id bigint, out status int, out body jsonb)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
begin
  select 200,
         jsonb_build_object(
           'id', d.id, 'subscription', d.subscription, 'state', d.state, 'created_at', d.created_at,
           'finished_at', d.finished_at,
           'event', jsonb_build_object('id', e.id, 'topic', e.topic, 'payload', e.payload,
                                       'version', e.version, 'created_at', e.created_at),
           'attempts', coalesce((select jsonb_agg(to_jsonb(a) - 'delivery' order by a.attempt)
                                   from webhooks.attempts a where a.delivery = d.id), '[]')) into status, body
    from webhooks.deliveries d
    join webhooks.events e on e.id = d.event
   where d.id = _id;
  if not found then
    status := 404;
    body := webhooks._refusal('delivery_not_found', 'There is no delivery of this id.');
  end if;
end
$$;
comment on function webhooks.get_delivery(bigint) is
  'A delivery with its event and every attempt. 404 delivery_not_found.';
revoke execute on function webhooks.get_delivery(bigint) from public;
grant execute on function webhooks.get_delivery(bigint) to service_role;
