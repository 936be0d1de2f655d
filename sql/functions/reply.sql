-- What handlers return. Each takes further headers, whose values are strings
-- or, for Set-Cookie and its like, lists of strings. They do nothing, so every
-- request role may call them.
create or replace function functions.reply(_body jsonb, _status int default 200, _headers jsonb default '{}')
  returns functions.response
  language sql immutable parallel safe
as $$
  select row(_status, '{"content-type": "application/json; charset=utf-8"}' || coalesce(_headers, '{}'),
             pg_catalog.convert_to(coalesce(_body, 'null')::text, 'UTF8'))::functions.response
$$;
comment on function functions.reply(jsonb, int, jsonb) is 'A response that holds JSON.';
revoke execute on function functions.reply(jsonb, int, jsonb) from public;
grant execute on function functions.reply(jsonb, int, jsonb) to anon, authenticated, service_role;
