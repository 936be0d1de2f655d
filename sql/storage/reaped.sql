create or replace function storage.reaped(_versions uuid[], out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  delete from storage.garbage g where g.version = any (_versions);
  status := 200;
  body := '{}';
end
$$;
comment on function storage.reaped(uuid[]) is 'Says that the bytes of these versions are gone.';
revoke execute on function storage.reaped(uuid[]) from public;
grant execute on function storage.reaped(uuid[]) to authenticator;
