-- Last half of a small upload, whose bytes are in the backend under _version
-- before any row names them: a crash leaves bytes to the sweep, never a row
-- without. Whoever calls this has asked object_offer() as the caller, in this
-- transaction, or holds a signed link.
create or replace function storage.object_put(
  _version uuid, _bucket_id text, _name text, _owner_id text, _upsert boolean, _size bigint, _headers jsonb,
  _user_metadata jsonb, _replaces text default '*', _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_upload storage.uploads;
begin
  v_upload.id := _version;
  v_upload.bucket_id := _bucket_id;
  v_upload.name := _name;
  v_upload.owner_id := _owner_id;
  v_upload.upsert := coalesce(_upsert, false);
  v_upload.replaces := _replaces;
  v_upload.kind := 'put';
  v_upload.headers := coalesce(_headers, '{}');
  v_upload.user_metadata := _user_metadata;
  v_upload.size_limit := _size;
  v_upload.length := _size;
  v_upload.received := _size;
  v_upload.created_at := _now;
  if storage._is_scanned(_bucket_id) then
    select h.status, h.body into status, body
      from storage._hold(_upload => v_upload, _version => _version, _size => _size, _now => _now) h;
  else
    select p.status, p.body into status, body
      from storage._place(_upload => v_upload, _version => _version, _size => _size, _now => _now) p;
  end if;
end
$$;
comment on function storage.object_put(
  uuid, text, text, text, boolean, bigint, jsonb, jsonb, text, timestamptz) is
  'Makes an object of bytes that are stored under _version and answers its row. 409 KeyAlreadyExists, '
  '404 NoSuchBucket; raises PT413 QuotaExceeded. With _upsert it replaces what _replaces allows '
  '(uploads.replaces). Asks neither policies nor limits.';
revoke execute
  on function storage.object_put(uuid, text, text, text, boolean, bigint, jsonb, jsonb, text, timestamptz)
  from public;
grant execute
  on function storage.object_put(uuid, text, text, text, boolean, bigint, jsonb, jsonb, text, timestamptz)
  to authenticator;
