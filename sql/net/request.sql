-- Queues one HTTP request, in the caller's transaction: what rolls back is never
-- sent. GET, HEAD, PUT and DELETE may be tried again, for twice is once; POST and
-- PATCH leave once unless the caller says otherwise, and then carry an
-- Idempotency-Key that stays the same. The job gets one try more than the request,
-- so that a worker that died on the last one is followed by one who writes it down.
create or replace function net.request(
  _method text, _url text, _headers jsonb default '{}', _body text default null, _params jsonb default '{}',
  _timeout_ms int default 5000, _max_attempts int default null)
  returns bigint
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_method   constant text := upper(_method);
  v_headers  constant jsonb := coalesce(_headers, '{}');
  v_url      constant text := net._with_params(_url, coalesce(_params, '{}'));
  v_attempts constant int := coalesce(_max_attempts,
                                      case when v_method in ('POST', 'PATCH') then 1 else 3 end);
  v_fault    constant text := case
    when (v_method in ('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE')) is not true
      then 'the method is none of GET, HEAD, POST, PUT, PATCH, DELETE'
    when (_timeout_ms between 1 and 300000) is not true
    then 'the timeout is not between 1 and 300000 milliseconds'
    when v_attempts not between 1 and 20 then 'the attempts are not between 1 and 20'
    when jsonb_typeof(coalesce(_params, '{}')) <> 'object' then 'the parameters are no object'
    else coalesce(net._url_fault(v_url), net._headers_fault(v_headers)) end;
  v_id bigint;
begin
  if v_fault is not null then
    raise exception using errcode = 'PT400', constraint = 'invalid_request',
      message = format('this request cannot be sent: %s', v_fault),
      hint = 'Correct it and call again; nothing was queued.';
  end if;
  insert into net.requests (method, url, headers, body, timeout_ms, max_attempts)
  values (v_method, v_url, v_headers, _body, _timeout_ms, v_attempts)
  returning id into v_id;
  perform jobs.enqueue(
    _name => 'http.request', _payload => jsonb_build_object('request', v_id),
    _max_attempts => v_attempts + 1);
  return v_id;
end
$$;
comment on function net.request(text, text, jsonb, text, jsonb, int, int) is
  'Queues an HTTP request in this transaction and answers its id; net.http_collect_response tells what came '
  'back. Header values may name secrets as {{ secret.<name> }}. PT400 invalid_request says what is wrong.';
revoke execute on function net.request(text, text, jsonb, text, jsonb, int, int) from public;
grant execute on function net.request(text, text, jsonb, text, jsonb, int, int) to service_role;
