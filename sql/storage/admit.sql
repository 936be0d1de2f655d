-- The limits of a bucket for an object that is there already (a move).
create or replace function storage.admit(_bucket_id text, _name text, _mimetype text, _size bigint)
  returns jsonb
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_bucket storage.buckets;
begin
  select b.* into v_bucket from storage.buckets b where b.id = _bucket_id;
  return case
    when v_bucket.id is null then '{"status": 404}' || storage._refusal('NoSuchBucket', 'Bucket not found')
    when storage.is_key(_name) is not true then '{"status": 400}' || storage._refusal('InvalidKey', 'Invalid key: ' || left(coalesce(_name, ''), 100))
    when _size > v_bucket.file_size_limit then '{"status": 413}' || storage._refusal('EntityTooLarge', 'The object exceeded the maximum allowed size')
    when not storage._mime_allowed(_mimetype, v_bucket.allowed_mime_types)
      then '{"status": 415}' || storage._refusal('InvalidMimeType', format('mime type %s is not supported', _mimetype))
  end;
end
$$;
comment on function storage.admit(text, text, text, bigint) is
  'Null if a bucket''s limits allow the object, else {status, code, message}: NoSuchBucket, InvalidKey, EntityTooLarge, InvalidMimeType.';
revoke execute on function storage.admit(text, text, text, bigint) from public;
grant execute on function storage.admit(text, text, text, bigint) to anon, authenticated, service_role;
