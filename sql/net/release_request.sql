-- Gives a request back whose host is busy: nothing was sent, so the attempt does
-- not count.
create or replace function net.release_request(_request bigint)
  returns void
  language sql volatile
  security definer set search_path = ''
as $$
  update net.requests r set attempts = r.attempts - 1
   where r.id = _request and r.finished_at is null and r.attempts > 0
$$;
comment on function net.release_request(bigint) is
  'Takes back the attempt that net.begin_request counted, for a request that was not sent.';
revoke execute on function net.release_request(bigint) from public;
grant execute on function net.release_request(bigint) to authenticator;
