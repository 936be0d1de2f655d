-- HOOK_<EVENT>_URI=pg-functions://postgres/schema/function: what the server that was
-- started last names is registered, and what it no longer names goes. Functions that
-- were registered by hand stay as they are.
create or replace function auth.configure_hooks(_functions jsonb, out status int, out body jsonb)
  returns record
  language plpgsql volatile
as $$
declare
  v_hook jsonb;
begin
  delete from auth.hooks h
   where h.configured
     and not _functions @> jsonb_build_array(jsonb_build_object('event', h.event, 'function', h.function));
  for v_hook in
    select f.value from jsonb_array_elements(_functions) f
     where not exists (select from auth.hooks h
                        where h.event = f.value ->> 'event' and h.function = f.value ->> 'function')
  loop
    if to_regprocedure((v_hook ->> 'function') || '(jsonb)') is null then
      status := 400;
      body := auth._refusal('hook_function_missing',
                            format('There is no function %s(jsonb).', v_hook ->> 'function'));
      return;
    end if;
    perform auth.set_hook(_event => v_hook ->> 'event',
                          _function => ((v_hook ->> 'function') || '(jsonb)')::regprocedure);
    update auth.hooks h
       set configured = true
     where h.event = v_hook ->> 'event' and h.function = v_hook ->> 'function';
  end loop;
  status := 200;
  body := _functions;
end
$$;
comment on function auth.configure_hooks(jsonb) is
  'Registers the functions of the configuration, a list of {event, function}, in place of those of the one '
  'before: 200; 400 hook_function_missing; raises as set_hook.';
revoke execute on function auth.configure_hooks(jsonb) from public;
