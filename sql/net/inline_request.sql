-- A request that a job's payload says itself, for schedules and steps of
-- workflows: {"method": "POST", "url": "https://…", "headers": {…}, "params": {…},
-- "body": …, "timeout_ms": 5000}. Its answer is the job's result, its attempts
-- are the job's.

-- The header that would leave a secret in the job, whose payload is kept and
-- shown for days; null when there is none.
create or replace function net._bare_secret(_headers jsonb)
  returns text
  language sql immutable parallel safe
as $$
  select min(h.key)
    from jsonb_each(case jsonb_typeof(_headers) when 'object' then _headers else '{}' end) h
   where lower(h.key) in ('authorization', 'proxy-authorization', 'cookie', 'x-api-key', 'apikey')
     and h.value #>> '{}' !~ '\{\{\s*secret\.'
$$;

-- What is wrong with such a payload, in words; null when nothing is.
create or replace function net.job_fault(_payload jsonb)
  returns text
  language sql immutable parallel safe
as $$
  select case
    when not _payload ? 'url' then case when not _payload ? 'request' then 'it names no url' end
    when jsonb_typeof(_payload -> 'url') <> 'string' then 'its url is no text'
    when upper(coalesce(_payload ->> 'method', 'GET')) not in (
      'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE')
    then 'its method is none of GET, HEAD, POST, PUT, PATCH, DELETE'
    when (coalesce(_payload ->> 'timeout_ms', '5000') ~ '^[0-9]{1,6}$') is not true
      or coalesce(_payload ->> 'timeout_ms', '5000')::int not between 1 and 300000
    then 'its timeout_ms is not between 1 and 300000'
    when jsonb_typeof(coalesce(_payload -> 'params', '{}')) <> 'object' then 'its params are no object'
    when net._bare_secret(_payload -> 'headers') is not null
    then format('the header %s would rest in the job: keep its value with PUT /net/v1/secrets/NAME and write {{ secret.NAME }}',
                net._bare_secret(_payload -> 'headers'))
    else coalesce(net._url_fault(net._with_params(_payload ->> 'url', coalesce(_payload -> 'params', '{}'))),
                  net._headers_fault(coalesce(_payload -> 'headers', '{}'))) end
$$;
comment on function net.job_fault(jsonb) is
  'What keeps the payload of an http.request job from being sent; null when nothing does.';

create or replace function net.inline_request(_payload jsonb)
  returns table (
    method text, url text, headers jsonb, body text, timeout_ms int, secret_names text[], secrets bytea[])
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_fault   constant text := net.job_fault(_payload);
  v_body    constant jsonb := _payload -> 'body';
  v_headers jsonb := coalesce(_payload -> 'headers', '{}');
begin
  if v_fault is not null then
    raise exception using
      errcode = 'PT422', constraint = 'bad_payload',
      message = format('The request cannot be sent: %s.', v_fault);
  end if;
  if jsonb_typeof(v_body) <> 'string'
     and not exists (select from jsonb_object_keys(v_headers) as k (name)
                      where lower(k.name) = 'content-type') then
    v_headers := v_headers || '{"Content-Type": "application/json"}';
  end if;
  return query
    select upper(coalesce(_payload ->> 'method', 'GET')),
           net._with_params(_payload ->> 'url', coalesce(_payload -> 'params', '{}')), v_headers,
           case when jsonb_typeof(v_body) = 'string' then v_body #>> '{}' else v_body::text end,
           coalesce((_payload ->> 'timeout_ms')::int, 5000),
           coalesce(array_agg(s.name order by s.name), '{}'),
           coalesce(array_agg(s.sealed order by s.name), '{}')
      from net.secrets s
     where s.name in (
           select m[1]
             from regexp_matches(v_headers::text, '\{\{\s*secret\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}', 'g') m);
end
$$;
comment on function net.inline_request(jsonb) is
  'The request that the payload of an http.request job describes, with the sealed secrets that its headers '
  'name. Refuses PT422 bad_payload.';
revoke execute on function net.inline_request(jsonb) from public;
grant execute on function net.inline_request(jsonb) to authenticator;
