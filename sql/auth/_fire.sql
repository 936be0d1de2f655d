-- Calls what the user has put at an event: the HTTP hook that the server's
-- settings name, then the functions that were registered, in order. Each gets what
-- the one before answered laid over the input. An answer {"error": {http_code,
-- message}} ends the request with that status; so does a raise, and a function that
-- took longer than it may. One that does not come back is cut off by the statement's
-- own limit, DB_STATEMENT_TIMEOUT_MS, and is told of as hook_timeout too: that limit is
-- armed when a statement begins, and what set_config changes within counts from the next
-- one on, so that no function can cut another off sooner. Functions run as the owner of
-- the platform: registering one is a privilege (see set_hook).

-- What GoTrue calls an event in the metadata of its hooks.
create or replace function auth._hook_name(_event text)
  returns text
  language sql immutable parallel safe
as $$
  select case _event
           when 'custom_access_token' then 'customize-access-token'
           when 'password_verification_attempt' then 'password-verification'
           when 'mfa_verification_attempt' then 'mfa-verification'
           else replace(_event, '_', '-') end
$$;

-- The input as a hook gets it.
create or replace function auth._hook_input(_event text, _input jsonb, _ip inet, _now timestamptz)
  returns jsonb
  language sql volatile
as $$
  select _input || jsonb_build_object('metadata', jsonb_strip_nulls(jsonb_build_object(
    'uuid', gen_random_uuid(), 'time', auth._time(_now), 'name', auth._hook_name(_event),
    'ip_address', host(_ip))))
$$;

-- plpgsql keeps its plan for the session; a SQL function with a subquery is planned in
-- each transaction, and every token asks.
create or replace function auth._has_hook(_event text, _settings jsonb)
  returns boolean
  language plpgsql stable
as $$
begin
  return coalesce(_settings -> 'http_hooks' ? _event, false)
    or exists (select from auth.hooks h where h.event = _event);
end
$$;

-- What an answer makes of the input; a raise where it says no.
create or replace function auth._heed(_input jsonb, _answer jsonb)
  returns jsonb
  language plpgsql immutable
as $$
begin
  if _answer #>> '{error,message}' <> '' then
    raise exception using
      errcode = 'PT' || case when _answer #>> '{error,http_code}' ~ '^[45][0-9][0-9]$'
                             then _answer #>> '{error,http_code}'
                             else '500' end,
      constraint = case when _answer #>> '{error,http_code}' ~ '^4[0-9][0-9]$' then 'unknown'
                        else 'unexpected_failure' end,
      message = _answer #>> '{error,message}';
  end if;
  return _input || coalesce(_answer, '{}');
end
$$;

-- What a question is about, without what differs from one second to the next: an
-- answer counts for the same question alone. (iat, exp and amr are laid over the
-- hook's claims anyway.)
create or replace function auth._hook_key(_input jsonb)
  returns text
  language sql immutable parallel safe
as $$
  select encode(sha256(convert_to(
    (_input #- '{claims,iat}' #- '{claims,exp}' #- '{claims,amr}'
            #- '{user,created_at}' #- '{user,updated_at}' #- '{user,confirmation_sent_at}')::text,
    'UTF8')), 'hex')
$$;

-- What the HTTP hook answers. No transaction waits for a network: as long as the
-- answer is not there, the question is raised, which undoes all that was done, the
-- server asks it, and calls again with the answer (auth.ask). So what is true by then
-- decides; and a user who changed meanwhile is another question.
create or replace function auth._ask_http(
  _event text, _input jsonb, _ip inet, _settings jsonb, _now timestamptz)
  returns jsonb
  language plpgsql volatile
as $$
declare
  v_key    constant text := auth._hook_key(_input);
  v_answer jsonb;
begin
  select a.value -> 'answer' into v_answer
    from jsonb_array_elements(_settings -> 'hook_answers') a
   where a.value ->> 'event' = _event and a.value ->> 'key' = v_key;
  if not found then
    raise exception using
      errcode = 'ZHOOK', message = 'an HTTP hook has not been asked',
      detail = jsonb_build_object('event', _event, 'key', v_key,
                                  'input', auth._hook_input(_event, _input, _ip, _now))::text;
  elsif _event = 'custom_access_token' and not v_answer ? 'claims'
     and coalesce(v_answer #>> '{error,message}', '') = '' then
    return '{"claims": null}'::jsonb; -- it must say them all: see auth._claims
  end if;
  return v_answer;
end
$$;

-- Tells an HTTP hook what has happened, once it has: the job is there when, and only
-- when, the transaction commits. GoTrue calls after it has answered, and never again
-- where that failed; the job is tried again.
create or replace function auth._tell(_event text, _input jsonb, _ip inet, _now timestamptz)
  returns void
  language plpgsql volatile
as $$
begin
  perform jobs.enqueue(_name => 'auth.hook', _payload => jsonb_build_object(
    'event', _event, 'input', auth._hook_input(_event, _input, _ip, _now)));
end
$$;

-- Calls one function. A limit that cuts it off is the only thing caught: whoever waited
-- for the answer of a request that was cancelled by its client has gone.
create or replace function auth._run_hook(_hook auth.hooks, _input jsonb)
  returns jsonb
  language plpgsql volatile
as $$
declare
  v_began  constant timestamptz := clock_timestamp();
  v_answer jsonb;
begin
  begin
    execute format('select %s($1)', (_hook.function || '(jsonb)')::regprocedure::oid::regproc)
      into v_answer using _input;
    if clock_timestamp() - v_began <= _hook.time_limit then
      return v_answer;
    end if;
  exception when query_canceled then
    null; -- as one that took too long
  end;
  raise exception using
    errcode = 'PT422', constraint = 'hook_timeout',
    message = format('The hook %s took too long', _hook.function),
    hint = format('It may take %s: leave what is slow to a job.', _hook.time_limit);
end
$$;

create or replace function auth._fire(_event text, _input jsonb, _ip inet, _settings jsonb, _now timestamptz)
  returns jsonb
  language plpgsql volatile
as $$
declare
  v_hooks  auth.hooks[];
  v_hook   auth.hooks;
  v_input  jsonb := _input;
begin
  -- it changes nothing, so that nobody need wait: see auth._tell
  if _settings -> 'http_hooks' ? _event and _event = 'after_user_created' then
    perform auth._tell(_event, v_input, _ip, _now);
  elsif _settings -> 'http_hooks' ? _event then
    v_input := auth._heed(v_input, auth._ask_http(_event, v_input, _ip, _settings, _now));
  end if;
  v_hooks := array(select h from auth.hooks h where h.event = _event order by h.position, h.function);
  foreach v_hook in array v_hooks loop
    v_input := auth._heed(v_input, auth._run_hook(v_hook, auth._hook_input(_event, v_input, _ip, _now)));
  end loop;
  return v_input;
end
$$;
