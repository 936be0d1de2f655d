-- What came back, in pg_net's shape. A request leaves when its transaction has
-- committed, so waiting for it here would wait for ever: async is all there is.
create or replace function net.http_collect_response(request_id bigint, async boolean default true)
  returns net.http_response_result
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_request  net.requests;
  v_response net.responses;
begin
  if async is not true then
    raise exception using errcode = 'PT400', constraint = 'not_async',
      message = 'a request leaves after its transaction has committed: it cannot be waited for',
      hint = 'Commit, and ask again with async => true.';
  end if;
  select r.* into v_request from net.requests r where r.id = request_id;
  if not found then
    return row('ERROR', 'there is no request of this id', null)::net.http_response_result;
  end if;
  select r.* into v_response from net.responses r where r.id = request_id;
  if v_request.finished_at is null then
    return row('PENDING', 'the request has not been answered yet', null)::net.http_response_result;
  elsif v_response.status_code is null then
    return row('ERROR', coalesce(v_response.error_msg, 'the request failed'), null)::net.http_response_result;
  end if;
  return row('SUCCESS', 'ok',
             row(v_response.status_code, v_response.headers,
                 v_response.content)::net.http_response)::net.http_response_result;
end
$$;
comment on function net.http_collect_response(bigint, boolean) is
  'What came back for a request: status PENDING, SUCCESS with the response, or ERROR with the reason in '
  'message. PT400 not_async when asked to wait.';
revoke execute on function net.http_collect_response(bigint, boolean) from public;
grant execute on function net.http_collect_response(bigint, boolean) to service_role;
