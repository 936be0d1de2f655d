create or replace function net.delete_secret(_name text, out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  delete from net.secrets s where s.name = _name;
  status := case when found then 200 else 404 end;
  body := case when found then jsonb_build_object('name', _name)
               else jsonb_build_object('code', 'secret_not_found',
                                       'message', 'There is no secret of this name.') end;
end
$$;
comment on function net.delete_secret(text) is
  'Forgets a secret. Requests that name it fail from now on. 404 secret_not_found.';
revoke execute on function net.delete_secret(text) from public;
grant execute on function net.delete_secret(text) to service_role;
