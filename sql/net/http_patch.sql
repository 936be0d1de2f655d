-- Names and order of the parameters are pg_net's: users' SQL calls them by name.
create or replace function net.http_patch(
  url text, body jsonb default '{}', params jsonb default '{}',
  headers jsonb default '{"Content-Type": "application/json"}',
  timeout_milliseconds int default 5000)
  returns bigint
  language sql volatile
  security definer set search_path = ''
as $$
  select net.request(
    _method => 'PATCH', _url => url, _headers => headers, _params => params,
    _timeout_ms => timeout_milliseconds, _body => body::text)
$$;
comment on function net.http_patch(text, jsonb, jsonb, jsonb, int) is
  'Queues a PATCH of JSON and answers its id; net.http_collect_response tells what came back. '
  'Sent once: net.request can try again.';
revoke execute on function net.http_patch(text, jsonb, jsonb, jsonb, int) from public;
grant execute on function net.http_patch(text, jsonb, jsonb, jsonb, int) to service_role;
