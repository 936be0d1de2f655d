create or replace function webhooks.list_deliveries(
  _subscription uuid default null, _state text default null, _event uuid default null,
  _before bigint default null, _limit int default 100,
  out status int, out body jsonb)
  returns record
  language sql stable
  security definer set search_path = ''
as $$
  select 200, coalesce(jsonb_agg(jsonb_build_object(
           'id', p.id, 'event', p.event, 'topic', p.topic, 'subscription', p.subscription, 'state', p.state,
           'attempts', p.attempts, 'status_code', a.status_code, 'error', a.error, 'created_at', p.created_at,
           'finished_at', p.finished_at) order by p.id desc), '[]')
    from (select d.id, d.event, e.topic, d.subscription, d.state, d.attempts, d.created_at, d.finished_at
            from webhooks.deliveries d
            join webhooks.events e on e.id = d.event
           where (_subscription is null or d.subscription = _subscription)
             and (_state is null or d.state = _state)
             and (_event is null or d.event = _event)
             and (_before is null or d.id < _before)
           order by d.id desc
           limit least(greatest(_limit, 1), 1000)) p
    left join webhooks.attempts a on a.delivery = p.id and a.attempt = p.attempts
$$;
comment on function webhooks.list_deliveries(uuid, text, uuid, bigint, int) is
  'The delivery log, newest first, with how the last attempt went: at most _limit '
  '(1000), older than _before.';
revoke execute on function webhooks.list_deliveries(uuid, text, uuid, bigint, int) from public;
grant execute on function webhooks.list_deliveries(uuid, text, uuid, bigint, int) to service_role;
