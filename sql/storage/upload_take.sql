create or replace function storage.upload_take(
  _upload_id uuid, _bucket_id text, _name text, _part uuid, _offset bigint default null,
  _length bigint default null, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_upload storage.uploads;
begin
  select u.* into v_upload from storage.uploads u
   where u.id = _upload_id and u.bucket_id = _bucket_id and u.name = _name
     and u.kind in ('tus', 's3') and u.state = 'pending'
     for update;
  if not found then
    status := 404;
    body := storage._refusal('NoSuchUpload', 'Upload not found');
  elsif v_upload.expires_at <= _now then
    status := 410;
    body := storage._refusal('NoSuchUpload', 'The upload has expired');
  elsif v_upload.kind = 'tus' and (_offset = v_upload.received) is not true
     or v_upload.length is not null and _length is not null and _length <> v_upload.length then
    status := 409;
    body := storage._refusal('InvalidUploadOffset', 'Upload-Offset header does not match');
  elsif coalesce(v_upload.length, _length) > v_upload.size_limit then
    status := 413;
    body := storage._refusal('EntityTooLarge', 'The object exceeded the maximum allowed size');
  else
    update storage.uploads u set writer = _part, length = coalesce(u.length, _length) where u.id = _upload_id;
    status := 200;
    body := jsonb_build_object('length', coalesce(v_upload.length, _length), 'limit', v_upload.size_limit,
                               'received', v_upload.received, 'expires_at', v_upload.expires_at);
  end if;
end
$$;
comment on function storage.upload_take(uuid, text, text, uuid, bigint, bigint, timestamptz) is
  'Marks a part as the one being written: {length, limit, received, expires_at}. 404 and 410 NoSuchUpload, '
  '409 InvalidUploadOffset, 413 EntityTooLarge. Asks no policy.';
revoke execute on function storage.upload_take(uuid, text, text, uuid, bigint, bigint, timestamptz)
  from public;
grant execute on function storage.upload_take(uuid, text, text, uuid, bigint, bigint, timestamptz)
  to anon, authenticated, service_role, authenticator;
