-- Ends an upload as the caller, who must be allowed to make one.
create or replace function storage.upload_abort(
  _upload_id uuid, _bucket_id text, _name text, _upsert boolean,
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
as $$
begin
  perform storage.object_probe(_bucket_id => _bucket_id, _name => _name, _upsert => coalesce(_upsert, false),
                               _metadata => '{}', _user_metadata => null);
  select d.status, d.body into status, body
    from storage.upload_discard(_upload_id => _upload_id, _bucket_id => _bucket_id, _name => _name) d;
end
$$;
comment on function storage.upload_abort(uuid, text, text, boolean) is
  'Gives up a pending upload of this object, after asking the caller''s policies. 404 NoSuchUpload, 400 '
  'InvalidRequest once finished; raises as object_probe.';
revoke execute on function storage.upload_abort(uuid, text, text, boolean) from public;
grant execute on function storage.upload_abort(uuid, text, text, boolean)
  to anon, authenticated, service_role;
