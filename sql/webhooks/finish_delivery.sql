-- Writes an attempt down and decides what comes next. The next attempt is
-- enqueued here, in the same transaction: success ends the retries because
-- nothing enqueues one. Locks the delivery, then the subscription.

-- How long after the n-th attempt the next one comes; null: that was the last.
-- About three and a half days, as Standard Webhooks advises; a tenth of it is
-- chance, so that receivers that come back are not met by all at once.
create or replace function webhooks._pause(
  _attempt int, _retry_after interval, _chance double precision default random())
  returns interval
  language sql volatile
as $$
  select least(greatest(p.pause * (1 + _chance / 10), coalesce(_retry_after, interval '0')),
               interval '1 day 3 hours')
    from (select (array['5 seconds', '5 minutes', '30 minutes', '2 hours', '5 hours', '10 hours',
                        '14 hours', '20 hours', '24 hours']::interval[])[_attempt]) p (pause)
   where p.pause is not null
$$;

-- A subscription that failed for so long, or that answered 410 Gone, is switched off.
create or replace function webhooks._note_failure(
  _subscription uuid, _status_code int, _disable_after interval, _now timestamptz)
  returns void
  language sql volatile
as $$
  update webhooks.subscriptions s
     set failing_since   = coalesce(s.failing_since, _now),
         enabled         = s.enabled and v.reason is null,
         disabled_reason = coalesce(s.disabled_reason, v.reason),
         updated_at      = case when v.reason is null then s.updated_at else _now end
    from (select case when _status_code = 410 then 'the receiver answered 410 Gone'
                      when o.failing_since <= _now - _disable_after
                      then to_char(o.failing_since at time zone 'UTC',
                                   '"every delivery failed since" YYYY-MM-DD HH24:MI "UTC"') end as reason
            from webhooks.subscriptions o
           where o.id = _subscription) v
   where s.id = _subscription and s.enabled
$$;

create or replace function webhooks.finish_delivery(
  _delivery bigint, _attempt int, _status_code int default null, _duration_ms int default null,
  _error text default null, _response text default null, _retry_after interval default null,
  _disable_after interval default '5 days', _now timestamptz default now())
  returns text
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_ok           constant boolean := coalesce(_status_code between 200 and 299, false);
  v_pause        constant interval := case
    when v_ok or _status_code = 410 then null else webhooks._pause(_attempt, _retry_after) end;
  v_state        constant text := case
    when v_ok then 'delivered' when v_pause is null then 'failed' else 'queued' end;
  v_subscription uuid;
begin
  insert into webhooks.attempts (delivery, attempt, at, status_code, duration_ms, error, response)
  select d.id, _attempt, _now, _status_code, _duration_ms, left(_error, 1000), left(_response, 1000)
    from webhooks.deliveries d
   where d.id = _delivery and d.state = 'queued' and d.attempts = _attempt
     for update
      on conflict (delivery, attempt) do nothing;
  if not found then
    return null;
  end if;
  update webhooks.deliveries d
     set state = v_state, finished_at = case when v_state <> 'queued' then _now end
   where d.id = _delivery
  returning d.subscription into v_subscription;
  if v_ok then
    update webhooks.subscriptions s set failing_since = null
     where s.id = v_subscription and s.failing_since is not null;
  else
    perform webhooks._note_failure(v_subscription, _status_code, _disable_after, _now);
  end if;
  if v_state = 'queued' then
    perform jobs.enqueue(
      _name => 'webhook.deliver', _payload => jsonb_build_object('delivery', _delivery),
      _run_at => _now + v_pause);
  end if;
  return v_state;
end
$$;
comment on function webhooks.finish_delivery(
  bigint, int, int, int, text, text, interval, interval, timestamptz) is
  'Records an attempt (2xx is success) and answers the delivery''s state: delivered; queued, with the next '
  'attempt enqueued; failed after the last one or 410. Null when the attempt is not the current one.';
revoke execute
  on function webhooks.finish_delivery(bigint, int, int, int, text, text, interval, interval, timestamptz)
  from public;
grant execute
  on function webhooks.finish_delivery(bigint, int, int, int, text, text, interval, interval, timestamptz)
  to authenticator;
