-- What a resumable or multipart upload has received. Its id is the secret that
-- lets one ask; so it needs no caller.
create or replace function storage.upload_get(
  _upload_id uuid, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_upload storage.uploads;
begin
  select u.* into v_upload from storage.uploads u where u.id = _upload_id and u.kind in ('tus', 's3');
  if not found then
    status := 404;
    body := storage._refusal('NoSuchUpload', 'Upload not found');
  elsif v_upload.expires_at <= _now then
    status := 410;
    body := storage._refusal('NoSuchUpload', 'The upload has expired');
  else
    status := 200;
    body := jsonb_build_object(
      'bucket_id', v_upload.bucket_id, 'name', v_upload.name, 'kind', v_upload.kind, 'state', v_upload.state,
      'received', v_upload.received, 'length', v_upload.length, 'limit', v_upload.size_limit,
      'headers', v_upload.headers, 'user_metadata', v_upload.user_metadata, 'expires_at', v_upload.expires_at,
      'parts', coalesce((select jsonb_agg(jsonb_build_object(
                           'number', p.number, 'version', p.version, 'size', p.size,
                           'at', p.created_at) order by p.number)
                           from storage.parts p where p.upload_id = _upload_id), '[]'));
  end if;
end
$$;
comment on function storage.upload_get(uuid, timestamptz) is
  'A resumable or multipart upload with its parts. 404 NoSuchUpload; 410 once expired.';
revoke execute on function storage.upload_get(uuid, timestamptz) from public;
grant execute on function storage.upload_get(uuid, timestamptz) to authenticator;
