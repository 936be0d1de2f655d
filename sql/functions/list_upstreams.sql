-- Read by each node at its start and when howdah_functions is announced.
create or replace function functions.list_upstreams()
  returns table (name text, url text, verify_jwt boolean, roles text[], timeout_ms bigint)
  language sql stable
  security definer set search_path = ''
as $$
  select u.name, u.url, u.verify_jwt, u.roles, (extract(epoch from u.timeout) * 1000)::bigint
    from functions.upstreams u
   order by u.name
   limit 10000
$$;
comment on function functions.list_upstreams() is 'Every upstream, for the server.';
revoke execute on function functions.list_upstreams() from public;
grant execute on function functions.list_upstreams() to authenticator;
