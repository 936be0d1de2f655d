-- How sending went. Secrets are wiped with everything that is not tried again.
create or replace function mail.finish(
  _message bigint, _state text, _error_class text default null, _error text default null, _now timestamptz default now())
  returns boolean
  language sql volatile
  security definer set search_path = ''
as $$
  with done as (
    update mail.messages m
       set state       = _state,
           sealed      = case when _state = 'queued' then m.sealed end,
           error_class = _error_class,
           error       = left(_error, 1000),
           finished_at = case when _state <> 'queued' then _now end
     where m.id = _message and m.state = 'sending'
    returning 1)
  select exists (select from done)
$$;
comment on function mail.finish(bigint, text, text, text, timestamptz) is
  'Records how a claimed message went: sent; bounced, failed or unknown with an error class and what the other side said; queued to be tried again. Answers whether the message was being sent.';
revoke execute on function mail.finish(bigint, text, text, text, timestamptz) from public;
grant execute on function mail.finish(bigint, text, text, text, timestamptz) to authenticator;
