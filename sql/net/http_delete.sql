-- Names and order of the parameters are pg_net's: users' SQL calls them by name.
create or replace function net.http_delete(
  url text, params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds int default 5000,
  body jsonb default null)
  returns bigint
  language sql volatile
  security definer set search_path = ''
as $$
  select net.request(
    _method => 'DELETE', _url => url, _headers => headers, _params => params,
    _timeout_ms => timeout_milliseconds, _body => body::text)
$$;
comment on function net.http_delete(text, jsonb, jsonb, int, jsonb) is
  'Queues a DELETE and answers its id; net.http_collect_response tells what came back. '
  'Tried up to three times.';
revoke execute on function net.http_delete(text, jsonb, jsonb, int, jsonb) from public;
grant execute on function net.http_delete(text, jsonb, jsonb, int, jsonb) to service_role;
