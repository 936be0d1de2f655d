-- Takes a message for sending, and says so before anything leaves: what a crash
-- leaves behind is a row that stands at "sending". When its job comes again,
-- a message without an idempotency key is sent again (at least once; its
-- Message-ID is the same, so that mailboxes can tell), and one with a key, which
-- promises never twice, is given up as "unknown" (at most once).
create or replace function mail.claim(_message bigint, _now timestamptz default now())
  returns table (state text, channel text, sealed bytea, attempts int)
  language sql volatile
  security definer set search_path = ''
as $$
  update mail.messages m
     set state       = v.state,
         sealed      = case when v.state = 'sending' then m.sealed end,
         attempts    = m.attempts + (v.state = 'sending')::int,
         claimed_at  = case when v.state = 'sending' then _now else m.claimed_at end,
         finished_at = case when v.state <> 'sending' then _now end,
         error_class = case when v.state <> 'sending' then 'crash' else m.error_class end,
         error       = case when v.state <> 'sending' then 'the worker died while sending' else m.error end
    from (select o.id, case when o.state = 'sending' and o.idempotency_key is not null then 'unknown'
                            when o.attempts >= o.max_attempts then 'failed'
                            else 'sending' end as state
            from mail.messages o
           where o.id = _message and o.state in ('queued', 'sending')
             for update) v
   where m.id = v.id
  returning m.state, m.channel, m.sealed, m.attempts
$$;
comment on function mail.claim(bigint, timestamptz) is
  'Takes a queued message for sending; no row when it is done or not there. state is sending, or what became of a message whose sender died on the way and that is not sent again: unknown (it has an idempotency key) or failed (it was the last try).';
revoke execute on function mail.claim(bigint, timestamptz) from public;
grant execute on function mail.claim(bigint, timestamptz) to authenticator;
