create or replace function functions.redirect(_url text, _status int default 302, _headers jsonb default '{}')
  returns functions.response
  language sql immutable parallel safe
as $$
  select row(_status, pg_catalog.jsonb_build_object('location', _url) || coalesce(_headers, '{}'),
             null)::functions.response
$$;
comment on function functions.redirect(text, int, jsonb) is
  'A response that sends the caller to another URL.';
revoke execute on function functions.redirect(text, int, jsonb) from public;
grant execute on function functions.redirect(text, int, jsonb) to anon, authenticated, service_role;
