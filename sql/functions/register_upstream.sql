-- Called by the owner, from a migration or psql. Every node learns of it by
-- NOTIFY: upstreams change rarely. Locks the row of that name.
create or replace function functions.register_upstream(
  _name text, _url text, _verify_jwt boolean default true, _roles text[] default null,
  _timeout interval default '30 seconds')
  returns void
  language plpgsql volatile
  set search_path = ''
as $$
begin
  insert into functions.upstreams as u (name, url, verify_jwt, roles, timeout)
  values (_name, _url, _verify_jwt, _roles, _timeout)
  on conflict (name) do update
    set url = excluded.url, verify_jwt = excluded.verify_jwt, roles = excluded.roles,
        timeout = excluded.timeout;
end
$$;
comment on function functions.register_upstream(text, text, boolean, text[], interval) is
  'Lets the program at the URL answer /functions/v1/<name>, for these roles alone if given; '
  'a second call changes it.';
revoke execute on function functions.register_upstream(text, text, boolean, text[], interval) from public;
