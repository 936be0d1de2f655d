-- Refusals: OAuth's own shape for clients (RFC 6749, 5.2), and code and message
-- for the API that the app itself calls.
create or replace function oauth._error(_error text, _description text)
  returns jsonb
  language sql immutable parallel safe
as $$
  select jsonb_build_object('error', _error, 'error_description', _description)
$$;

create or replace function oauth._refusal(_code text, _message text)
  returns jsonb
  language sql immutable parallel safe
as $$
  select jsonb_build_object('code', _code, 'message', _message)
$$;

-- A text of scopes as a list, each once; null when one is unknown.
create or replace function oauth._scopes(_scope text)
  returns text[]
  language sql immutable parallel safe
as $$
  select case
    when coalesce(btrim(_scope), '') = '' then '{email}'::text[]
    else (select array_agg(distinct s.name)
            from regexp_split_to_table(btrim(_scope), ' +') as s (name)
          having bool_and(s.name = any (array['openid', 'profile', 'email', 'phone', 'offline_access']))) end
$$;
