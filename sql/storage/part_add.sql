-- Notes a piece whose bytes are safe. A resumable upload takes pieces only
-- from its latest writer and in order; a multipart one by number, the last of
-- a number wins.
create or replace function storage.part_add(
  _upload_id uuid, _part uuid, _size bigint, _number int default null, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_upload storage.uploads;
begin
  select u.* into v_upload
    from storage.uploads u
   where u.id = _upload_id and u.state = 'pending' and u.expires_at > _now
     for update;
  if not found then
    status := 404;
    body := storage._refusal('NoSuchUpload', 'Upload not found');
  elsif v_upload.kind = 'tus' and (v_upload.writer = _part) is not true then
    status := 423;
    body := storage._refusal('ResourceLocked', 'Another request took this upload over');
  elsif (v_upload.received + _size - coalesce((
    select p.size from storage.parts p where p.upload_id = _upload_id and p.number = _number), 0) <= coalesce(
    v_upload.length, v_upload.size_limit)) is not true then
    status := 413;
    body := storage._refusal('EntityTooLarge', 'The object exceeded the maximum allowed size');
  else
    delete from storage.parts p where p.upload_id = _upload_id and p.number = _number;
    insert into storage.parts (upload_id, number, version, size, created_at)
    select _upload_id, coalesce(_number, max(p.number) + 1, 1), _part, _size, _now
      from storage.parts p
     where p.upload_id = _upload_id;
    update storage.uploads u
       set received = (select sum(p.size) from storage.parts p where p.upload_id = _upload_id), writer = null
     where u.id = _upload_id
    returning 200,
              jsonb_build_object(
                'received', u.received, 'length', u.length,
                'parts', (select count(*) from storage.parts p where p.upload_id = _upload_id)) into status,
              body;
  end if;
end
$$;
comment on function storage.part_add(uuid, uuid, bigint, int, timestamptz) is
  'Adds a written piece to an upload: {received, length, parts}. 404 NoSuchUpload; 423 ResourceLocked for a '
  'writer that was overtaken; 413 EntityTooLarge.';
revoke execute on function storage.part_add(uuid, uuid, bigint, int, timestamptz) from public;
grant execute on function storage.part_add(uuid, uuid, bigint, int, timestamptz) to authenticator;
