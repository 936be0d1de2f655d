-- A scanner's verdict on an upload that a scan hook holds back.
create or replace function storage.scanned(
  _upload_id uuid, _clean boolean, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_upload storage.uploads;
begin
  select u.* into v_upload from storage.uploads u where u.id = _upload_id and u.state = 'scanning' for update;
  if not found then
    status := 404;
    body := storage._refusal('NoSuchUpload', 'Upload not found');
    return;
  end if;
  if _clean is true then
    select p.status, p.body into status, body
      from storage._place(v_upload, v_upload.version, v_upload.size, _now) p;
  else
    status := 200;
    body := jsonb_build_object('message', 'Successfully deleted');
  end if;
  delete from storage.uploads u where u.id = _upload_id;
end
$$;
comment on function storage.scanned(uuid, boolean, timestamptz) is
  'Lets an upload that awaits a scan become its object (_clean) or discards it (all else). 404 NoSuchUpload; '
  '409 KeyAlreadyExists, and the bytes go.';
revoke execute on function storage.scanned(uuid, boolean, timestamptz) from public;
grant execute on function storage.scanned(uuid, boolean, timestamptz) to service_role;
