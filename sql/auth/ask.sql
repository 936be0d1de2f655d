-- Through here the server calls flows that may have to ask an HTTP hook, where one
-- is configured, and only there: it costs a subtransaction. A flow that needs an
-- answer raises the question (auth._ask_http). Caught here, it is undone, is in no
-- log of PostgreSQL's, and comes out as a row; the server asks over HTTP while it
-- holds neither transaction nor connection, and calls again with the answer in
-- _settings. Nobody gains a privilege: the flow runs as whoever calls this.
create or replace function auth.ask(_function text, _arguments jsonb, out question jsonb, out answer jsonb)
  returns record
  language plpgsql volatile
  set search_path = ''
as $$
declare
  v_call   text[];
  v_detail text;
begin
  -- Types and names are the catalog's; values stay in the one parameter.
  v_call := array(
    select format('select to_jsonb(r) from %s(%s) r', p.oid::regproc, string_agg(
             case when a.type = 'jsonb'::regtype
                  then format('%I => nullif($1 -> %L, ''null'')', a.name, a.name)
                  else format('%I => ($1 ->> %L)::%s', a.name, a.name, format_type(a.type, null)) end, ', '))
      from pg_catalog.pg_proc p
     cross join rows from (unnest(p.proargtypes::oid[]), unnest(p.proargnames)) a (type, name)
     where p.oid = _function::regproc and _arguments ? a.name
     group by p.oid);
  begin
    execute v_call[1] into answer using _arguments;
  exception when sqlstate 'ZHOOK' then
    get stacked diagnostics v_detail = pg_exception_detail;
    question := v_detail::jsonb || jsonb_build_object('id', gen_random_uuid()); -- of the message that asks
    return;
  end;
  answer := (select jsonb_object_agg(f.key, f.value) from jsonb_each(answer) f where f.value <> 'null');
end
$$;
comment on function auth.ask(text, jsonb) is
  'Calls a function (schema.name, not overloaded) with arguments by name and answers its row as answer, '
  'without what is null; or, where it needs an HTTP hook''s answer, nothing of it has happened, and '
  'question is {id, event, key, input}. Call again with {event, key, answer} among hook_answers of '
  '_settings. Runs as the caller.';
revoke execute on function auth.ask(text, jsonb) from public;
grant execute on function auth.ask(text, jsonb) to authenticator, service_role;
