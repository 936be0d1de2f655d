-- First in the pipeline of a request for a SQL function, as authenticator and
-- before the caller's role is taken: finds the handler, says who may not call
-- it, and sets the handler's own statement_timeout, which could not begin
-- inside the statement that it is to bound. What the handler's `set` clauses
-- say counts: functions.verify_jwt, statement_timeout. It raises, because what
-- follows in the pipeline must not run. Takes no lock.
create or replace function functions.admit(_name text, _role text, _token_valid boolean)
  returns boolean
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_handler oid;
  v_settings jsonb;
begin
  select p.oid,
         coalesce((select jsonb_object_agg(split_part(s.setting, '=', 1),
                                           substr(s.setting, strpos(s.setting, '=') + 1))
                     from unnest(p.proconfig) as s (setting)), '{}') into v_handler, v_settings
    from pg_catalog.pg_proc p
   where p.pronamespace = 'functions'::regnamespace and p.proname = _name
     and p.prokind = 'f' and not p.proretset and p.pronargs = 1
     and (p.proargtypes[0], p.prorettype) in (
         ('functions.request'::regtype, 'functions.response'::regtype),
         ('functions.request'::regtype, 'jsonb'::regtype), ('jsonb'::regtype, 'jsonb'::regtype))
   order by p.proargtypes[0] <> 'functions.request'::regtype, p.prorettype <> 'functions.response'::regtype
   limit 1;
  if v_handler is not null
     and (_token_valid
          or v_settings ->> 'functions.verify_jwt' in ('off', 'false', 'no', '0')) is not true then
    raise exception using
      errcode = 'PT401', constraint = 'invalid_jwt',
      message = 'This function needs a valid token or API key.',
      hint = 'Send one as Authorization: Bearer, or let the function say: set functions.verify_jwt = off.';
  end if;
  if pg_catalog.has_function_privilege(_role, v_handler, 'execute') is not true then
    raise exception using
      errcode = 'PT404', constraint = 'not_found', message = 'Requested function was not found',
      hint = 'A function is functions.<name>(functions.request) returns functions.response, and execute on it is granted to the caller''s role.';
  end if;
  perform set_config('functions.handler', v_handler::text, true);
  if v_settings ? 'statement_timeout' then
    perform set_config('statement_timeout', v_settings ->> 'statement_timeout', true);
  end if;
  return true;
end
$$;
comment on function functions.admit(text, text, boolean) is
  'Lets a request for functions.<name> on, or raises: PT401 invalid_jwt where a valid token is needed; '
  'PT404 not_found for what is absent, of another signature or not granted.';
revoke execute on function functions.admit(text, text, boolean) from public;
grant execute on function functions.admit(text, text, boolean) to authenticator;
