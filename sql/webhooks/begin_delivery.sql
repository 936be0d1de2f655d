-- Takes a delivery for an attempt: what to send, where, and what to sign it with.
-- One whose subscription was switched off meanwhile is skipped.
create or replace function webhooks.begin_delivery(_delivery bigint, _now timestamptz default now())
  returns table (
    event uuid, topic text, payload jsonb, version int, created_at timestamptz, url text, attempt int,
    subscription uuid, secret_version int, secret bytea, previous_version int, previous_secret bytea)
  language sql volatile
  security definer set search_path = ''
as $$
  with taken as (
    update webhooks.deliveries d
       set attempts    = d.attempts + s.enabled::int,
           state       = case when s.enabled then 'queued' else 'skipped' end,
           finished_at = case when not s.enabled then _now end
      from webhooks.subscriptions s
     where d.id = _delivery and d.state = 'queued' and s.id = d.subscription
    returning d.event, d.attempts, d.state, s.id, s.url, s.secret_version, s.secret,
              s.previous_version, s.previous_secret, s.previous_until
  )
  select e.id, e.topic, e.payload, e.version, e.created_at, t.url, t.attempts,
         t.id, t.secret_version, t.secret,
         case when t.previous_until > _now then t.previous_version end,
         case when t.previous_until > _now then t.previous_secret end
    from taken t
    join webhooks.events e on e.id = t.event
   where t.state = 'queued'
$$;
comment on function webhooks.begin_delivery(bigint, timestamptz) is
  'Takes a queued delivery and counts the attempt; previous_version is there while a rotated secret still '
  'signs. No row when it is done, or its subscription is off.';
revoke execute on function webhooks.begin_delivery(bigint, timestamptz) from public;
grant execute on function webhooks.begin_delivery(bigint, timestamptz) to authenticator;
