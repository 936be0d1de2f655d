-- Calls the user's functions of an event, in order. Each gets what the one
-- before answered laid over the input. An answer {"error": {http_code, message}}
-- ends the request with that status; so does a raise, and one that took longer than
-- it may. (What runs on for longer still ends at the statement's own limit,
-- DB_STATEMENT_TIMEOUT_MS: no function can cut off another's time.) They run as
-- the owner of the platform: registering one is a privilege (see set_hook).

-- What GoTrue calls an event in the metadata of its hooks.
create or replace function auth._hook_name(_event text)
  returns text
  language sql immutable parallel safe
as $$
  select case _event when 'custom_access_token' then 'customize-access-token' when 'password_verification_attempt' then 'password-verification'
    when 'mfa_verification_attempt' then 'mfa-verification' else replace(_event, '_', '-') end
$$;

create or replace function auth._fire(_event text, _input jsonb, _ip inet, _now timestamptz)
  returns jsonb
  language plpgsql volatile
as $$
declare
  v_hooks  auth.hooks[];
  v_hook   auth.hooks;
  v_input  jsonb := _input;
  v_answer jsonb;
  v_began  timestamptz;
begin
  v_hooks := array(select h from auth.hooks h where h.event = _event order by h.position, h.function);
  foreach v_hook in array v_hooks loop
    v_began := clock_timestamp();
    execute format('select %s($1)', (v_hook.function || '(jsonb)')::regprocedure::oid::regproc)
       into v_answer
      using v_input || jsonb_build_object('metadata', jsonb_build_object(
              'uuid', gen_random_uuid(), 'time', auth._time(_now), 'name', auth._hook_name(_event), 'ip_address', host(_ip)));
    if clock_timestamp() - v_began > v_hook.time_limit then
      raise exception using errcode = 'PT422', constraint = 'hook_timeout', message = format('The hook %s took too long', v_hook.function),
        hint = format('It may take %s: leave what is slow to a job.', v_hook.time_limit);
    end if;
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
