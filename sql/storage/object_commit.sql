-- Last half of every upload: the bytes are safe in the backend, now the object
-- appears, at once and whole. The caller's policies were asked when the upload
-- began. Of two uploads of one name the later commit wins with upsert; without,
-- the second is refused. Lock: the upload's row, then the object's.

-- Writes the object of a received upload.
create or replace function storage._place(_upload storage.uploads, _version uuid, _size bigint, _now timestamptz, out status int, out body jsonb)
  returns record
  language plpgsql volatile
as $$
declare
  v_object   storage.objects;
  v_metadata constant jsonb := (_upload).headers || jsonb_build_object(
    'eTag', format('"%s-1"', replace(_version::text, '-', '')), 'size', _size, 'contentLength', _size, 'httpStatusCode', 200,
    'lastModified', to_char(_now at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'));
  v_owner    constant uuid := case when (_upload).owner_id ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then (_upload).owner_id::uuid end;
begin
  insert into storage.objects as o (bucket_id, name, owner, owner_id, version, size, metadata, user_metadata, created_at, updated_at, last_accessed_at)
  values ((_upload).bucket_id, (_upload).name, v_owner, (_upload).owner_id, _version, _size, v_metadata, (_upload).user_metadata, _now, _now, _now)
  on conflict (bucket_id, name) do update
     set owner = excluded.owner, owner_id = excluded.owner_id, version = excluded.version, size = excluded.size,
         metadata = excluded.metadata, user_metadata = excluded.user_metadata, updated_at = excluded.updated_at
   where (_upload).upsert
  returning o.* into v_object;
  if not found then
    status := 409;
    body := storage._refusal('KeyAlreadyExists', 'The resource already exists');
    return;
  end if;
  status := 200;
  body := to_jsonb(v_object) - 'path_tokens' - 'size';
exception when foreign_key_violation then
  status := 404;
  body := storage._refusal('NoSuchBucket', 'Bucket not found');
end
$$;

create or replace function storage.object_commit(
  _upload_id uuid, _size bigint, _version uuid default null, _now timestamptz default now(), out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_upload  storage.uploads;
  v_version constant uuid := coalesce(_version, _upload_id);
begin
  select u.* into v_upload from storage.uploads u where u.id = _upload_id and u.state = 'pending' for update;
  if not found or not (v_version = _upload_id or exists (select from storage.parts p where p.upload_id = _upload_id and p.version = v_version)) then
    status := 404;
    body := storage._refusal('NoSuchUpload', 'Upload not found');
    return;
  end if;
  if (_size <= v_upload.size_limit) is not true then
    status := 413;
    body := storage._refusal('EntityTooLarge', 'The object exceeded the maximum allowed size');
    return;
  end if;
  if exists (select from storage.hooks h where h.event = 'scan' and (h.bucket_id is null or h.bucket_id = v_upload.bucket_id)) then
    update storage.uploads u set state = 'scanning', version = v_version, size = _size, expires_at = _now + interval '1 day' where u.id = _upload_id;
    perform storage._fire('scan', row(_upload_id, v_upload.bucket_id, v_upload.name, null, v_upload.owner_id, _now, _now, _now,
                                      v_upload.headers, v_upload.user_metadata, null, v_version, _size)::storage.objects, null);
    status := 200;
    body := jsonb_build_object('id', _upload_id, 'bucket_id', v_upload.bucket_id, 'name', v_upload.name, 'version', v_version, 'scanning', true);
    return;
  end if;
  select p.status, p.body into status, body from storage._place(v_upload, v_version, _size, _now) p;
  -- A resumable upload stays until it expires: a client that lost the last answer asks for it.
  if status = 200 and v_upload.kind = 'tus' then
    update storage.uploads u set state = 'committed' where u.id = _upload_id;
    delete from storage.parts p where p.upload_id = _upload_id;
  elsif status = 200 then
    delete from storage.uploads u where u.id = _upload_id;
  end if;
end
$$;
comment on function storage.object_commit(uuid, bigint, uuid, timestamptz) is
  'Makes a pending upload an object and answers its row. The bytes are under the upload''s id or, given _version, under that of one of its parts. 404 NoSuchUpload, NoSuchBucket; 409 KeyAlreadyExists; 413 EntityTooLarge; raises PT413 QuotaExceeded.';
revoke execute on function storage.object_commit(uuid, bigint, uuid, timestamptz) from public;
grant execute on function storage.object_commit(uuid, bigint, uuid, timestamptz) to authenticator;
