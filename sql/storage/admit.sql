-- The limits of a bucket for an object that is offered or moved. The caller
-- may not see the bucket: its limits hold all the same.
create or replace function storage.admit(
  _bucket_id text, _name text, _mimetype text, _size bigint, _limit bigint default null)
  returns jsonb
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_bucket storage.buckets;
  v_folder constant boolean := coalesce(storage.filename(_name) = '.emptyFolderPlaceholder', false);
begin
  select b.* into v_bucket from storage.buckets b where b.id = _bucket_id;
  return case when not found then '{"status": 404}' || storage._refusal('NoSuchBucket', 'Bucket not found')
              when storage.is_key(_name) is not true then '{"status": 400}' || storage._refusal(
                'InvalidKey', 'Invalid key: ' || left(coalesce(_name, ''), 100))
              when _size > case when v_folder then 0 else least(v_bucket.file_size_limit, _limit) end
              then '{"status": 413}'
                   || storage._refusal('EntityTooLarge', 'The object exceeded the maximum allowed size')
              when not v_folder and v_bucket.allowed_mime_types is not null
                and not storage._mime_allowed(_mimetype, v_bucket.allowed_mime_types)
              then '{"status": 415}' || storage._refusal('InvalidMimeType', format(
                'mime type %s is not supported', _mimetype)) end;
end
$$;
comment on function storage.admit(text, text, text, bigint, bigint) is
  'Null if a bucket''s limits, and _limit, allow the object, else {status, code, message}: NoSuchBucket, '
  'InvalidKey, EntityTooLarge, InvalidMimeType. A folder''s placeholder is empty, of any type.';
revoke execute on function storage.admit(text, text, text, bigint, bigint) from public;
grant execute on function storage.admit(text, text, text, bigint, bigint)
  to anon, authenticated, service_role;
