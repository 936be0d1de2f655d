-- How sending went. Where it broke off so late that it may have arrived, a
-- message with an idempotency key is given up, and one without is sent again, as
-- after a crash (mail.claim). A sender that was taken for dead and was only slow
-- may still say that it was sent. Secrets are wiped with everything that is not tried again.
create or replace function mail.finish(
  _message bigint, _outcome text, _error_class text default null, _error text default null,
  _now timestamptz default now())
  returns text
  language sql volatile
  security definer set search_path = ''
as $$
  update mail.messages m
     set state       = v.state,
         sealed      = case when v.state = 'queued' then m.sealed end,
         error_class = _error_class,
         error       = left(_error, 1000),
         finished_at = case when v.state <> 'queued' then _now end
    from (select o.id,
                 case when _outcome = 'sent' then 'sent'
                      when _outcome = 'refused' then 'bounced'
                      when _outcome = 'unknown' and o.idempotency_key is not null then 'unknown'
                      when _outcome in ('unknown', 'later') and o.attempts < o.max_attempts then 'queued'
                      when _outcome in ('unknown', 'later') then 'failed'
                 end as state
            from mail.messages o
           where o.id = _message and (o.state = 'sending' or o.state = 'unknown' and _outcome = 'sent')
             for update) v
   where m.id = v.id
  returning m.state
$$;
comment on function mail.finish(bigint, text, text, text, timestamptz) is
  'Records how a claimed message went (sent, refused for good, to be tried later, or unknown) with an '
  'error class and what the other side said, and answers its new state: queued when there is a next try. '
  'Null when it was not being sent.';
revoke execute on function mail.finish(bigint, text, text, text, timestamptz) from public;
grant execute on function mail.finish(bigint, text, text, text, timestamptz) to authenticator;
