-- Registers a function of the user's for an event. Auth runs hooks as the
-- platform's owner, so that whoever registers must be able to write the
-- platform's tables: the database's owner, not a request role.
create or replace function auth.set_hook(
  _event text, _function regprocedure, _position int default 0, _time_limit interval default '2 s')
  returns void
  language plpgsql volatile
as $$
declare
  v_function pg_catalog.pg_proc;
begin
  select p.* into strict v_function from pg_catalog.pg_proc p where p.oid = _function;
  if (v_function.prorettype = 'jsonb'::regtype
      and v_function.proargtypes::text = 'jsonb'::regtype::oid::text) is not true then
    raise exception using
      errcode = 'PT400', constraint = 'hook_signature', message = format('%s is no hook', _function),
      hint = 'A hook takes one jsonb and answers jsonb.';
  end if;
  execute format('grant usage on schema %I to howdah_owner', v_function.pronamespace::regnamespace::name);
  execute format('grant execute on function %s to howdah_owner', _function);
  insert into auth.hooks (event, function, position, time_limit)
  values (_event, format('%I.%I', v_function.pronamespace::regnamespace::name, v_function.proname),
          _position, _time_limit)
      on conflict (event, function) do update
     set position = excluded.position, time_limit = excluded.time_limit;
end
$$;
comment on function auth.set_hook(text, regprocedure, int, interval) is
  'Calls the function (jsonb) returns jsonb at the event from now on: custom_access_token, '
  'before_user_created, after_user_created, on_login, password_verification_attempt, '
  'mfa_verification_attempt, send_email or send_sms. One that takes longer than _time_limit ends its request '
  'with 422 hook_timeout. Hooks run as howdah_owner.';
revoke execute on function auth.set_hook(text, regprocedure, int, interval) from public;
