-- Sends again what was sent before, under the same webhook-id: a receiver that
-- had taken it takes it for what it is. One delivery, or what failed or was
-- skipped of a subscription since a time, oldest first.
create or replace function webhooks.replay(
  _delivery bigint default null, _subscription uuid default null, _since timestamptz default null,
  _limit int default 1000,
  _now timestamptz default now(), out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_ids bigint[];
begin
  with old as (
    select distinct on (d.event, d.subscription) d.event, d.subscription, d.id
      from webhooks.deliveries d
      join webhooks.subscriptions s on s.id = d.subscription and s.enabled
     where case when _delivery is not null then d.id = _delivery
                else d.subscription = _subscription and d.state in ('failed', 'skipped')
                     and d.created_at >= coalesce(_since, _now - interval '7 days') end
     order by d.event, d.subscription, d.id desc
  ), chosen as (
    select o.event, o.subscription from old o order by o.id limit least(greatest(_limit, 1), 1000)
  )
  select coalesce(array_agg(i.id), '{}') into v_ids
    from chosen c
   cross join lateral unnest(webhooks._deliver(c.event, array[c.subscription], _now)) as i (id);
  status := case when v_ids = '{}' then 404 else 202 end;
  body := case when v_ids = '{}' then webhooks._refusal(
                 'delivery_not_found', 'There is nothing to replay for a subscription that is switched on.')
               else jsonb_build_object('deliveries', v_ids) end;
end
$$;
comment on function webhooks.replay(bigint, uuid, timestamptz, int, timestamptz) is
  'Delivers again: one delivery, or what failed or was skipped of a subscription since _since (7 days), at '
  'most _limit (1000). 202 with the new deliveries; 404 delivery_not_found.';
revoke execute on function webhooks.replay(bigint, uuid, timestamptz, int, timestamptz) from public;
grant execute on function webhooks.replay(bigint, uuid, timestamptz, int, timestamptz) to service_role;
