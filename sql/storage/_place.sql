-- What ends every upload: its bytes are safe, now the object appears, at once
-- and whole. Or it waits for a scanner.

-- Writes the object of a received upload; with upsert it replaces what uploads.replaces allows, asked of the
-- row that is there by now. Locks: the bucket (key share), the object's row.
create or replace function storage._place(
  _upload storage.uploads, _version uuid, _size bigint, _now timestamptz,
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
as $$
declare
  v_object   storage.objects;
  v_metadata constant jsonb := (_upload).headers || jsonb_build_object(
    'eTag', format('"%s-1"', replace(_version::text, '-', '')), 'size', _size, 'contentLength', _size,
    'httpStatusCode', 200, 'lastModified', to_char(_now at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'));
  v_owner    constant uuid := case when (_upload).owner_id
                                          ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'
                                   then (_upload).owner_id::uuid end;
begin
  perform from storage.buckets b where b.id = (_upload).bucket_id for key share;
  if not found then -- it went meanwhile
    status := 404;
    body := storage._refusal('NoSuchBucket', 'Bucket not found');
    return;
  end if;
  insert into storage.objects as o (bucket_id, name, owner, owner_id, version, size, metadata,
                                    user_metadata, created_at, updated_at, last_accessed_at)
  values ((_upload).bucket_id, (_upload).name, v_owner, (_upload).owner_id, _version,
          _size, v_metadata, (_upload).user_metadata, _now, _now, _now)
  on conflict (bucket_id, name) do update
     set owner = excluded.owner, owner_id = excluded.owner_id, version = excluded.version,
         size = excluded.size, metadata = excluded.metadata, user_metadata = excluded.user_metadata,
         updated_at = excluded.updated_at
   where (_upload).upsert
     and ((_upload).replaces = '*' or (_upload).replaces = o.id::text or o.owner_id = (_upload).owner_id
          or (_upload).replaces is null and o.owner_id is null and (_upload).owner_id is null)
  returning o.* into v_object;
  if not found then
    status := 409;
    body := storage._refusal('KeyAlreadyExists', 'The resource already exists');
    return;
  end if;
  status := 200;
  body := to_jsonb(v_object) - 'path_tokens' - 'size';
end
$$;

-- Whether uploads into a bucket wait for a scanner's verdict.
create or replace function storage._is_scanned(_bucket_id text)
  returns boolean
  language plpgsql stable
as $$
begin
  return exists (select from storage.hooks h
                  where h.event = 'scan' and (h.bucket_id is null or h.bucket_id = _bucket_id));
end
$$;

-- Holds a received upload back until storage.scanned() judges it. Its owner's
-- policies allow to replace what is there now; what comes while it is scanned,
-- nobody asked them about.
create or replace function storage._hold(
  _upload storage.uploads, _version uuid, _size bigint, _now timestamptz,
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
as $$
declare
  v_upload storage.uploads := _upload;
begin
  v_upload.state := 'scanning';
  v_upload.version := _version;
  v_upload.size := _size;
  if v_upload.replaces = '*' and v_upload.owner_id is not null then
    v_upload.replaces := coalesce(
      (select o.id::text
         from storage.objects o
        where o.bucket_id = v_upload.bucket_id and o.name = v_upload.name), '');
  end if;
  v_upload.expires_at := _now + interval '1 day';
  insert into storage.uploads select v_upload.*
  on conflict (id) do update
     set state = excluded.state, version = excluded.version, size = excluded.size,
         replaces = excluded.replaces, expires_at = excluded.expires_at;
  perform storage._fire('scan',
                        row(v_upload.id, v_upload.bucket_id, v_upload.name, null,
                            v_upload.owner_id, _now, _now, _now,
                            v_upload.headers, v_upload.user_metadata, null, _version, _size)::storage.objects,
                        null);
  status := 200;
  body := jsonb_build_object(
    'id', v_upload.id, 'bucket_id', v_upload.bucket_id, 'name', v_upload.name,
    'version', _version, 'scanning', true);
end
$$;
