-- The one door: a request's shape becomes one parametrised statement. What the
-- shape holds is written down in server/rest/doc.go; it says everything about a
-- request but its literals, which only ever appear as $n. Reads pg_catalog as it
-- is at this moment and no other table.
--
-- Answers {sql, types, …}, or {error, status} in PostgREST's words. Types say
-- how literals bind: 0 leaves it to the context, as an untyped quoted value.

-- OPTIONS: what can be done with it.
create or replace function rest._compile_info(_shape jsonb)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_rel oid;
  v_can int;
begin
  if _shape ? 'rpc' then
    return jsonb_build_object('allow', case
      when (rest._function(_shape ->> 'schema', _shape ->> 'name', _shape) ->> 'volatile')::boolean
      then 'OPTIONS,POST'
      else 'OPTIONS,GET,HEAD,POST' end);
  end if;
  v_rel := rest._relation(_shape ->> 'schema', _shape ->> 'name');
  if v_rel is null then
    perform rest._fail_no_table(_shape ->> 'schema', _shape ->> 'name');
  end if;
  select case c.relkind
           when 'm' then 0
           when 'r' then 28
           when 'p' then 28
           else pg_catalog.pg_relation_is_updatable(v_rel, true) end into v_can
    from pg_catalog.pg_class c
   where c.oid = v_rel;
  return jsonb_build_object('allow', concat_ws(
    ',', 'OPTIONS,GET,HEAD',
    case when v_can & 8 = 8 then 'POST' end,
    case when v_can & 12 = 12 and cardinality(rest._key(v_rel)) > 0 then 'PUT' end,
    case when v_can & 4 = 4 then 'PATCH' end, case when v_can & 16 = 16 then 'DELETE' end));
end
$$;
comment on function rest._compile_info(jsonb) is 'The Allow header of a table, view or function.';

-- Planning its own catalog queries is most of what a compile costs, and custom
-- plans of them gain nothing: generic ones make it three times as fast.
create or replace function rest.compile(_shape jsonb, _settings jsonb)
  returns jsonb
  language plpgsql stable
  security definer set search_path = '' set plan_cache_mode = force_generic_plan set jit = off
as $$
declare
  v_ctx     constant jsonb := _settings || jsonb_build_object('schema', _shape -> 'schema');
  v_code    text;
  v_status  text;
  v_detail  text;
  v_hint    text;
  v_suggest text;
  v_message text;
begin
  return case _shape ->> 'op'
           when 'read' then rest._compile_read(_shape, v_ctx)
           when 'call' then rest._compile_call(_shape, v_ctx)
           when 'info' then rest._compile_info(_shape)
           when 'insert' then case when _shape ? 'nested' then rest._compile_nested(_shape, v_ctx)
                                   else rest._compile_write(_shape, v_ctx) end
           else rest._compile_write(_shape, v_ctx) end;
exception when sqlstate 'HW000' then
  get stacked diagnostics v_message = message_text, v_code = constraint_name, v_status = column_name,
                          v_detail = pg_exception_detail, v_hint = pg_exception_hint, v_suggest = table_name;
  return jsonb_build_object('status', v_status::int, 'suggest', nullif(v_suggest, '')::jsonb,
                            'error', jsonb_build_object(
                              'code', v_code, 'message', v_message, 'details', nullif(v_detail, '')::jsonb,
                              'hint', nullif(v_hint, '')));
end
$$;
comment on function rest.compile(jsonb, jsonb) is
  'Compiles a request''s shape (server/rest/doc.go) into one statement. Answers PostgREST''s error, '
  'as data, for what cannot be.';
revoke execute on function rest.compile(jsonb, jsonb) from public;
grant execute on function rest.compile(jsonb, jsonb) to authenticator;
