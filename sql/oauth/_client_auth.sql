-- The client that proves to be who it says, or none: a confidential one by its
-- secret's MAC, a public one by having none.
create or replace function oauth._client_auth(_client_id uuid, _secret_mac bytea)
  returns setof oauth.clients
  language sql stable
as $$
  select c.* from oauth.clients c
   where c.id = _client_id
     and case c.auth_method when 'none' then _secret_mac is null else c.secret_hash = _secret_mac end
$$;

create or replace function oauth._unauthorized()
  returns jsonb
  language sql immutable
as $$
  select oauth._error('invalid_client', 'Client authentication failed')
$$;
