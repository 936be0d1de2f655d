-- Handlers. SQL functions are registered by hand or in a migration, code by the
-- worker that brings it.
create or replace function jobs.register(
  _name text, _function text default null, _role text default 'service_role', _version int default 1,
  _queue text default 'default', _max_attempts int default null, _timeout interval default null,
  _requires text[] default '{}')
  returns text
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_problem text;
begin
  if (_name ~ '^[A-Za-z][A-Za-z0-9_.:-]{0,99}$') is not true then
    raise exception using
      errcode = 'PT422', constraint = 'bad_name', message = format('%L cannot name a handler.', _name),
      hint = 'Letters, digits, dot, colon, dash and underscore; versions are a number of their own.';
  elsif jobs._is_built_in(_name) then
    raise exception using
      errcode = 'PT409', constraint = 'built_in', message = format('%s is built in.', _name),
      hint = 'Take another name.';
  end if;
  if (_version > 0 and coalesce(_max_attempts, 1) > 0
      and coalesce(_timeout, '1 s') between interval '1 microsecond' and interval '1 year'
      and length(_queue) between 1 and 100 and _requires is not null) is not true then
    raise exception using
      errcode = 'PT422', constraint = 'bad_option',
      message = 'version, max_attempts and timeout must be positive, a timeout is a year at most, and a queue has a name of up to 100 characters.';
  end if;
  v_problem := case when _function is not null then jobs._sql_problem(_function, _role) end;
  if v_problem is null and _function is not null and not jobs._may_run_as(_role) then
    v_problem := format('You may not have jobs run as %I.', _role);
  end if;
  if v_problem is not null then
    raise exception using errcode = 'PT422', constraint = 'bad_function', message = v_problem;
  end if;
  insert into jobs.handlers as h (name, version, kind, function, role, queue, max_attempts, timeout, requires)
  values (_name, _version, case when _function is null then 'worker' else 'sql' end,
          _function, _role, _queue, _max_attempts, _timeout, _requires)
      on conflict (name, version) do update
     set kind = excluded.kind, function = excluded.function, role = excluded.role, queue = excluded.queue,
         max_attempts = excluded.max_attempts, timeout = excluded.timeout, requires = excluded.requires
   where (h.kind, h.function, h.role, h.queue, h.max_attempts, h.timeout, h.requires) is distinct from (
           excluded.kind, excluded.function, excluded.role, excluded.queue,
           excluded.max_attempts, excluded.timeout, excluded.requires);
  return case when _version > 1 then _name || '@' || _version else _name end;
end
$$;
comment on function jobs.register(text, text, text, int, text, int, interval, text[]) is
  'Registers what jobs of a name do: _function (schema.name, taking one jsonb or nothing) as _role, or, when '
  'null, code in a worker. name@2 is version 2; the bare name means the newest. Answers the name to enqueue. '
  'Refuses PT422 bad_name, bad_option, bad_function; PT409 built_in.';
revoke execute on function jobs.register(text, text, text, int, text, int, interval, text[]) from public;
grant execute on function jobs.register(text, text, text, int, text, int, interval, text[])
  to authenticator, service_role;
