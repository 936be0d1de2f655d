-- Admits an upload by the bucket's limits and notes it as pending. It says
-- nothing of whether the caller may write: that is object_probe's, asked by
-- all who call this for a caller.
create or replace function storage.upload_open(
  _bucket_id text, _name text, _owner_id text, _upsert boolean, _kind text, _length bigint, _limit bigint, _headers jsonb,
  _user_metadata jsonb, _lifetime interval default '1 day', _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_bucket storage.buckets;
  v_folder constant boolean := coalesce(storage.filename(_name) = '.emptyFolderPlaceholder', false);
  v_limit  bigint;
  v_breach text;
begin
  select b.* into v_bucket from storage.buckets b where b.id = _bucket_id;
  if not found then
    status := 404;
    body := storage._refusal('NoSuchBucket', 'Bucket not found');
    return;
  end if;
  v_limit := case when v_folder then 0 else least(v_bucket.file_size_limit, _limit) end;
  v_breach := storage._quota_breach(_bucket_id, coalesce(_owner_id, ''), coalesce(_length, 0), case when _upsert then 0 else 1 end);
  if storage.is_key(_name) is not true then
    status := 400;
    body := storage._refusal('InvalidKey', 'Invalid key: ' || left(coalesce(_name, ''), 100));
  elsif _length > v_limit then
    status := 413;
    body := storage._refusal('EntityTooLarge', 'The object exceeded the maximum allowed size');
  elsif not v_folder and not storage._mime_allowed(_headers ->> 'mimetype', v_bucket.allowed_mime_types) then
    status := 415;
    body := storage._refusal('InvalidMimeType', format('mime type %s is not supported', _headers ->> 'mimetype'));
  elsif v_breach is not null then
    status := 413;
    body := storage._refusal('QuotaExceeded', v_breach);
  else
    insert into storage.uploads as u (bucket_id, name, owner_id, upsert, kind, headers, user_metadata, size_limit, length, created_at, expires_at)
    values (_bucket_id, _name, _owner_id, coalesce(_upsert, false), _kind, coalesce(_headers, '{}'), _user_metadata, v_limit, _length,
            _now, _now + _lifetime)
    returning 200, jsonb_build_object('upload', u.id, 'limit', u.size_limit, 'expires_at', u.expires_at) into status, body;
  end if;
end
$$;
comment on function storage.upload_open(text, text, text, boolean, text, bigint, bigint, jsonb, jsonb, interval, timestamptz) is
  'Notes a pending upload: {upload, limit, expires_at}. Refuses 404 NoSuchBucket, 400 InvalidKey, 413 EntityTooLarge and QuotaExceeded, 415 InvalidMimeType. Commits nothing.';
revoke execute on function storage.upload_open(text, text, text, boolean, text, bigint, bigint, jsonb, jsonb, interval, timestamptz) from public;
grant execute on function storage.upload_open(text, text, text, boolean, text, bigint, bigint, jsonb, jsonb, interval, timestamptz)
   to anon, authenticated, service_role, authenticator;
