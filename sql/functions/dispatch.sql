-- Last in the pipeline of a request for a SQL function, as the caller: builds
-- the request and calls the handler that functions.admit found. Security
-- invoker without a search_path of its own: the handler runs with the rights
-- and the search_path that any statement of this caller has. It takes what
-- Go can tell of bytes (kind: json, text, form, bytes or none) and no lock.
create or replace function functions.dispatch(
  _method text, _path text, _query jsonb, _headers jsonb, _cookies jsonb, _content_type text, _kind text,
  _body bytea, _form jsonb,
  out status int, out headers jsonb, out body bytea)
  returns record
  language plpgsql volatile
as $$
declare
  v_handler oid := nullif(pg_catalog.current_setting('functions.handler', true), '')::oid;
  v_request functions.request;
  v_name name;
  v_simple boolean;
  v_json_out boolean;
  v_json jsonb;
begin
  perform pg_catalog.set_config('functions.handler', '', true); -- one admission is one call
  select p.proname, p.proargtypes[0] = 'jsonb'::pg_catalog.regtype, p.prorettype = 'jsonb'::pg_catalog.regtype
    into strict v_name, v_simple, v_json_out
    from pg_catalog.pg_proc p
   where p.oid = v_handler;
  v_request.method := _method;
  v_request.path := _path;
  v_request.query := _query;
  v_request.headers := _headers;
  v_request.cookies := _cookies;
  v_request.content_type := _content_type;
  v_request.body := _body;
  v_request.form := _form;
  v_request.claims := auth.jwt();
  if _kind in ('json', 'text') then
    v_request.text := pg_catalog.convert_from(_body, 'UTF8');
  end if;
  if _kind = 'json' then
    v_request.json := v_request.text::jsonb;
  end if;
  if v_simple then
    v_json := case when _kind = 'json' then v_request.json
                   when _kind <> 'none' and _form is null then pg_catalog.to_jsonb(v_request.text)
                   else functions.plain(coalesce(_form, _query)) end;
    execute pg_catalog.format('select functions.%I($1)', v_name) into v_json using v_json;
  elsif v_json_out then
    execute pg_catalog.format('select functions.%I($1)', v_name) into v_json using v_request;
  else
    execute pg_catalog.format('select r.status, r.headers, r.body from functions.%I($1) r', v_name)
      into status, headers, body using v_request;
  end if;
  if v_json is not null then
    headers := '{"content-type": "application/json; charset=utf-8"}';
    body := pg_catalog.convert_to(v_json::text, 'UTF8');
  end if;
  status := coalesce(status, case when body is null then 204 else 200 end);
end
$$;
comment on function functions.dispatch(text, text, jsonb, jsonb, jsonb, text, text, bytea, jsonb) is
  'Calls the handler that functions.admit let the caller on to, with the request as its argument, and '
  'answers status, headers and body; null is 204.';
revoke execute on function functions.dispatch(text, text, jsonb, jsonb, jsonb, text, text, bytea, jsonb)
  from public;
grant execute on function functions.dispatch(text, text, jsonb, jsonb, jsonb, text, text, bytea, jsonb)
  to anon, authenticated, service_role;
