-- First half of a copy: the source must be visible, the target writable. The
-- server copies the bytes and commits as for any upload.
create or replace function storage.object_copy(
  _bucket_id text, _name text, _to_bucket_id text, _to_name text, _upsert boolean, _limit bigint,
  _headers jsonb default null, _user_metadata jsonb default null, _copy_metadata boolean default true,
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
as $$
declare
  v_source storage.objects;
  v_kept   jsonb;
begin
  select o.* into v_source
    from storage.objects o
   where o.bucket_id = _bucket_id and o.name = _name and o.version is not null;
  if not found then
    status := 404;
    body := jsonb_build_object('code', 'NoSuchKey', 'message', 'Object not found');
    return;
  end if;
  v_kept := v_source.metadata - array['eTag', 'size', 'contentLength', 'lastModified', 'httpStatusCode'];
  if _copy_metadata is false then
    v_kept := jsonb_strip_nulls(jsonb_build_object('mimetype', v_kept -> 'mimetype')
                                || coalesce(_headers, '{}'));
  end if;
  select o.status, o.body into status, body
    from storage.object_begin(
           _bucket_id => _to_bucket_id, _name => _to_name, _upsert => _upsert,
           _kind => 'copy', _length => v_source.size, _limit => _limit,
           _headers => v_kept,
           _user_metadata => case when _copy_metadata is false then _user_metadata
                                  else v_source.user_metadata end) o;
  if status = 200 then
    body := body || jsonb_build_object(
              'source', v_source.version, 'size', v_source.size, 'headers', v_kept,
              'user_metadata', case when _copy_metadata is false then _user_metadata
                                    else v_source.user_metadata end);
  end if;
end
$$;
comment on function storage.object_copy(text, text, text, text, boolean, bigint, jsonb, jsonb, boolean) is
  'Opens the upload of a copy: {upload, source (a version), size, headers, user_metadata}. 404 NoSuchKey, '
  'object_begin''s refusals; raises 42501 and 23505.';
revoke execute on function storage.object_copy(text, text, text, text, boolean, bigint, jsonb, jsonb, boolean)
  from public;
grant execute on function storage.object_copy(text, text, text, text, boolean, bigint, jsonb, jsonb, boolean)
  to anon, authenticated, service_role;
