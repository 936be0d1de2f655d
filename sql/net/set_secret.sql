-- Keeps a value that headers may name. It comes sealed: the server encrypts it
-- before the database sees it.
create or replace function net.set_secret(_name text, _sealed bytea, out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  if (_name ~ '^[A-Za-z_][A-Za-z0-9_]{0,62}$' and length(_sealed) > 0) is not true then
    status := 400;
    body := jsonb_build_object(
      'code', 'invalid_secret', 'message', 'A secret needs a name of letters, digits and _, and a value.');
    return;
  end if;
  insert into net.secrets as s (name, sealed) values (_name, _sealed)
      on conflict (name) do update set sealed = excluded.sealed, updated_at = now();
  status := 200;
  body := jsonb_build_object('name', _name);
end
$$;
comment on function net.set_secret(text, bytea) is
  'Keeps a sealed value that headers name as {{ secret.<name> }}; the same name '
  'replaces it. 400 invalid_secret.';
revoke execute on function net.set_secret(text, bytea) from public;
grant execute on function net.set_secret(text, bytea) to service_role;
