-- Last half of an upload: the bytes are safe in the backend, now the object
-- appears, at once and whole. The caller's policies were asked when the upload
-- began, and again in this transaction; where nobody was there to be asked, not
-- _asked, nothing of another owner is replaced but what a signed link names. Of two uploads of one name the
-- later commit wins with upsert; without, the second is refused. Lock: the
-- upload's row, then the object's.

create or replace function storage.object_commit(
  _upload_id uuid, _size bigint, _version uuid default null, _asked boolean default false,
  _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_upload  storage.uploads;
  v_version constant uuid := coalesce(_version, _upload_id);
begin
  select u.* into v_upload from storage.uploads u where u.id = _upload_id and u.state = 'pending' for update;
  if not found
     or not (v_version = _upload_id
             or exists (select from storage.parts p
                         where p.upload_id = _upload_id and p.version = v_version)) then
    status := 404;
    body := storage._refusal('NoSuchUpload', 'Upload not found');
    return;
  end if;
  if (_size <= v_upload.size_limit) is not true then
    status := 413;
    body := storage._refusal('EntityTooLarge', 'The object exceeded the maximum allowed size');
    return;
  end if;
  if _asked then
    v_upload.replaces := '*';
  end if;
  if storage._is_scanned(v_upload.bucket_id) then
    select h.status, h.body into status, body
      from storage._hold(_upload => v_upload, _version => v_version, _size => _size, _now => _now) h;
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
comment on function storage.object_commit(uuid, bigint, uuid, boolean, timestamptz) is
  'Makes a pending upload an object and answers its row. The bytes are under the upload''s id or, given '
  '_version, under that of one of its parts. 404 NoSuchUpload, NoSuchBucket; 409 KeyAlreadyExists; '
  '413 EntityTooLarge; raises PT413 QuotaExceeded.';
revoke execute on function storage.object_commit(uuid, bigint, uuid, boolean, timestamptz) from public;
grant execute on function storage.object_commit(uuid, bigint, uuid, boolean, timestamptz) to authenticator;
