-- Takes a message for sending, and says so before anything leaves: what a crash
-- leaves behind is a row that stands at "sending". While its sender may be alive
-- it is let alone. After that it is sent again, with the same Message-ID, so that
-- mailboxes can tell, unless it has an idempotency key, which promises never
-- twice, and its sender had begun to hand it over (mail.hand_over): then it is
-- given up as "unknown". This is the one window that SMTP leaves open: from
-- handing over to writing down the server's answer nobody who was not there can
-- know whether the server took it. A key decides for at most once, none for at
-- least once.
create or replace function mail.claim(
  _message bigint, _lease interval default '2 minutes', _now timestamptz default now())
  returns table (state text, channel text, sealed bytea, attempts int)
  language sql volatile
  security definer set search_path = ''
as $$
  with verdict as (
    select m.id,
           case when m.state = 'sending' and m.claimed_at > _now - _lease then 'busy'
                when m.state = 'sending' and m.idempotency_key is not null and m.handed_at is not null
                then 'unknown'
                when m.attempts >= m.max_attempts then 'failed'
                else 'sending' end as state
      from mail.messages m
     where m.id = _message and m.state in ('queued', 'sending')
       for update
  ), taken as (
    update mail.messages m
       set state       = v.state,
           sealed      = case when v.state = 'sending' then m.sealed end,
           attempts    = m.attempts + (v.state = 'sending')::int,
           claimed_at  = case when v.state = 'sending' then _now else m.claimed_at end,
           handed_at   = case when v.state <> 'sending' then m.handed_at end,
           finished_at = case when v.state <> 'sending' then _now end,
           error_class = case when v.state <> 'sending' then 'crash' else m.error_class end,
           error       = case when v.state <> 'sending' then 'the worker died while sending' else m.error end
      from verdict v
     where m.id = v.id and v.state <> 'busy'
    returning m.state, m.channel, m.sealed, m.attempts
  )
  select t.state, t.channel, t.sealed, t.attempts from taken t
  union all
  select v.state, null, null, null from verdict v where v.state = 'busy'
$$;
comment on function mail.claim(bigint, interval, timestamptz) is
  'Takes a queued message for sending; no row when it is done or not there. state is sending; busy while '
  'another sender may be at it; or what became of a message whose sender died and that is not sent again: '
  'unknown (it has an idempotency key and was being handed over) or failed (it was the last try).';
revoke execute on function mail.claim(bigint, interval, timestamptz) from public;
grant execute on function mail.claim(bigint, interval, timestamptz) to authenticator;
