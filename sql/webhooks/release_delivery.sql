-- Gives a delivery back whose host is busy: nothing was sent, so the attempt
-- does not count.
create or replace function webhooks.release_delivery(_delivery bigint)
  returns void
  language sql volatile
  security definer set search_path = ''
as $$
  update webhooks.deliveries d set attempts = d.attempts - 1
   where d.id = _delivery and d.state = 'queued' and d.attempts > 0
$$;
comment on function webhooks.release_delivery(bigint) is
  'Takes back the attempt that webhooks.begin_delivery counted, for a delivery that was not sent.';
revoke execute on function webhooks.release_delivery(bigint) from public;
grant execute on function webhooks.release_delivery(bigint) to authenticator;
