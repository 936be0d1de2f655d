-- Bytes lie under the version: a move, across buckets too, is one row's update.
create or replace function storage.object_move(
  _bucket_id text, _name text, _to_bucket_id text, _to_name text, out status int, out body jsonb)
  returns record
  language plpgsql volatile
as $$
declare
  v_object storage.objects;
  v_no     jsonb;
begin
  select o.* into v_object from storage.objects o where o.bucket_id = _bucket_id and o.name = _name;
  if not found then
    status := 404;
    body := jsonb_build_object('code', 'NoSuchKey', 'message', 'Object not found');
    return;
  end if;
  v_no := storage.admit(_bucket_id => _to_bucket_id, _name => _to_name,
                        _mimetype => v_object.metadata ->> 'mimetype', _size => v_object.size);
  if v_no is not null then
    status := (v_no ->> 'status')::int;
    body := v_no - 'status';
    return;
  end if;
  update storage.objects o
     set bucket_id = _to_bucket_id, name = _to_name, updated_at = now()
   where o.id = v_object.id;
  if found then
    status := 200;
    body := jsonb_build_object('message', 'Successfully moved');
  else -- seen, and not to be updated by this caller
    status := 403;
    body := jsonb_build_object('code', 'AccessDenied',
                               'message', 'new row violates row-level security policy');
  end if;
end
$$;
comment on function storage.object_move(text, text, text, text) is
  'Renames an object, into another bucket too; its id stays. 404 NoSuchKey, NoSuchBucket; 403 AccessDenied; '
  'the limits of the target''s bucket; raises 42501 and 23505 (the target exists).';
revoke execute on function storage.object_move(text, text, text, text) from public;
grant execute on function storage.object_move(text, text, text, text) to anon, authenticated, service_role;
