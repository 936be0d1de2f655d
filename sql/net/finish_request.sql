-- Stores what came back, or why nothing did, and wipes what was sent. Of two
-- workers that finish one request (a lease that ran out) the first one that has
-- an answer counts: a worker that was taken for dead may only have been slow.
create or replace function net.finish_request(
  _request bigint, _status_code int default null, _headers jsonb default null, _content text default null,
  _raw bytea default null,
  _truncated boolean default false, _timed_out boolean default false, _error text default null,
  _now timestamptz default now())
  returns boolean
  language sql volatile
  security definer set search_path = ''
as $$
  with done as (
    update net.requests r
       set finished_at = coalesce(r.finished_at, _now), headers = null, body = null
     where r.id = _request
    returning r.id
  ), stored as (
    insert into net.responses as p (id, status_code, content_type, headers, content, raw,
                                    truncated, timed_out, error_msg, created)
    select d.id, _status_code, _headers ->> 'content-type', _headers, _content, _raw, _truncated, _timed_out,
           left(_error, 1000), _now
      from done d
        on conflict (id) do update
       set status_code = excluded.status_code, content_type = excluded.content_type,
           headers = excluded.headers, content = excluded.content, raw = excluded.raw,
           truncated = excluded.truncated, error_msg = null, timed_out = false
     where p.status_code is null and excluded.status_code is not null
    returning 1
  )
  select exists (select from stored)
$$;
comment on function net.finish_request(
  bigint, int, jsonb, text, bytea, boolean, boolean, text, timestamptz) is
  'Stores the response to a request, or its error, and wipes its headers and body; false when '
  'there is a response already.';
revoke execute
  on function net.finish_request(bigint, int, jsonb, text, bytea, boolean, boolean, text, timestamptz)
  from public;
grant execute
  on function net.finish_request(bigint, int, jsonb, text, bytea, boolean, boolean, text, timestamptz)
  to authenticator;
