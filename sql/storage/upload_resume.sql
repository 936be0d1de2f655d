-- Takes an upload for one more piece. Whoever comes later takes it over: the
-- piece of the one before is refused by part_add, so no byte is counted twice.
-- As the caller: policies are asked anew.
create or replace function storage.upload_resume(
  _upload_id uuid, _bucket_id text, _name text, _upsert boolean, _part uuid, _offset bigint,
  _length bigint default null,
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
as $$
begin
  perform storage.object_probe(_bucket_id => _bucket_id, _name => _name, _upsert => coalesce(_upsert, false),
                               _metadata => '{}', _user_metadata => null);
  select t.status, t.body into status, body
    from storage.upload_take(
           _upload_id => _upload_id, _bucket_id => _bucket_id, _name => _name,
           _part => _part, _offset => _offset, _length => _length) t;
end
$$;
comment on function storage.upload_resume(uuid, text, text, boolean, uuid, bigint, bigint) is
  'Lets the caller write the next piece of its upload, after asking its policies again; '
  'answers as upload_take.';
revoke execute on function storage.upload_resume(uuid, text, text, boolean, uuid, bigint, bigint) from public;
grant execute on function storage.upload_resume(uuid, text, text, boolean, uuid, bigint, bigint)
  to anon, authenticated, service_role;
