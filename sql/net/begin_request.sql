-- Takes a request for sending: counts the attempt and hands out what to send,
-- with the sealed secrets that its headers name, for the server to open. One that
-- is still here after its last attempt lost its worker on the way.
create or replace function net.begin_request(_request bigint)
  returns table (method text, url text, headers jsonb, body text, timeout_ms int, last boolean,
                 secret_names text[], secrets bytea[])
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_taken net.requests;
begin
  update net.requests r
     set attempts = r.attempts + 1
   where r.id = _request and r.finished_at is null and r.attempts < r.max_attempts
  returning r.* into v_taken;
  if not found then
    perform net.finish_request(
      _request => _request, _error => 'the worker died while sending; whether it arrived is unknown');
    return;
  end if;
  return query
    select v_taken.method, v_taken.url, v_taken.headers, v_taken.body, v_taken.timeout_ms,
           v_taken.attempts >= v_taken.max_attempts, coalesce(array_agg(s.name order by s.name), '{}'),
           coalesce(array_agg(s.sealed order by s.name), '{}')
      from net.secrets s
     where s.name in (
             select m[1]
               from regexp_matches(v_taken.headers::text, '\{\{\s*secret\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}',
                                   'g') m);
end
$$;
comment on function net.begin_request(bigint) is
  'Takes a request for sending and counts the attempt; last says that no further one follows. '
  'No row when it is done, or just given up because its last worker died.';
revoke execute on function net.begin_request(bigint) from public;
grant execute on function net.begin_request(bigint) to authenticator;
