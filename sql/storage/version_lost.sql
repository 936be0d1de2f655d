-- The repair of a row whose bytes are gone, which nobody can bring back.
create or replace function storage.version_lost(_version uuid, out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  delete from storage.objects o where o.version = _version;
  status := case when found then 200 else 404 end;
  body := case when found then jsonb_build_object('message', 'Successfully deleted')
               else storage._refusal('NoSuchKey', 'Object not found') end;
end
$$;
comment on function storage.version_lost(uuid) is 'Deletes the object whose bytes are lost; 404 NoSuchKey.';
revoke execute on function storage.version_lost(uuid) from public;
grant execute on function storage.version_lost(uuid) to authenticator;
