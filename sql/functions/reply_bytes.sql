create or replace function functions.reply_bytes(
  _body bytea, _content_type text default 'application/octet-stream', _status int default 200,
  _headers jsonb default '{}')
  returns functions.response
  language sql immutable parallel safe
as $$
  select row(_status,
             pg_catalog.jsonb_build_object('content-type', _content_type) || coalesce(_headers, '{}'),
             _body)::functions.response
$$;
comment on function functions.reply_bytes(bytea, text, int, jsonb) is 'A response that holds bytes.';
revoke execute on function functions.reply_bytes(bytea, text, int, jsonb) from public;
grant execute on function functions.reply_bytes(bytea, text, int, jsonb) to anon, authenticated, service_role;
