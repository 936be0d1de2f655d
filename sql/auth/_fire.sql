-- Calls the user's functions of an event, in order. Each gets what the one
-- before answered laid over the input. An answer {"error": {http_code, message}}
-- ends the request with that status; so does a raise. They run as the owner of
-- the platform: registering one is a privilege (see set_hook).
create or replace function auth._fire(_event text, _input jsonb, _ip inet, _now timestamptz)
  returns jsonb
  language plpgsql volatile
as $$
declare
  v_names  text[];
  v_name   text;
  v_input  jsonb := _input;
  v_answer jsonb;
begin
  v_names := array(select h.function from auth.hooks h where h.event = _event order by h.position, h.function);
  foreach v_name in array v_names loop
    execute format('select %s($1)', (v_name || '(jsonb)')::regprocedure::oid::regproc)
       into v_answer
      using v_input || jsonb_build_object('metadata', jsonb_build_object(
              'uuid', gen_random_uuid(), 'time', auth._time(_now), 'name', _event, 'ip_address', host(_ip)));
    if v_answer #>> '{error,message}' <> '' then
      raise exception using
        errcode = 'PT' || case when v_answer #>> '{error,http_code}' ~ '^[45][0-9][0-9]$' then v_answer #>> '{error,http_code}' else '500' end,
        constraint = case when v_answer #>> '{error,http_code}' ~ '^4[0-9][0-9]$' then 'unknown' else 'unexpected_failure' end,
        message = v_answer #>> '{error,message}';
    end if;
    v_input := v_input || coalesce(v_answer, '{}');
  end loop;
  return v_input;
end
$$;
