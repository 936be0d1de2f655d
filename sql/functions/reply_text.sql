create or replace function functions.reply_text(
  _body text, _content_type text default 'text/plain; charset=utf-8', _status int default 200,
  _headers jsonb default '{}')
  returns functions.response
  language sql immutable parallel safe
as $$
  select row(_status,
             pg_catalog.jsonb_build_object('content-type', _content_type) || coalesce(_headers, '{}'),
             pg_catalog.convert_to(_body, 'UTF8'))::functions.response
$$;
comment on function functions.reply_text(text, text, int, jsonb) is
  'A response that holds text: plain, or HTML, CSV, SVG by its content type.';
revoke execute on function functions.reply_text(text, text, int, jsonb) from public;
grant execute on function functions.reply_text(text, text, int, jsonb) to anon, authenticated, service_role;
