-- Gives up an upload that did not finish; its bytes are queued for removal.
-- The id is known to whoever began it and to nobody else.
create or replace function storage.upload_discard(
  _upload_id uuid, _bucket_id text default null, _name text default null, out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_state text;
begin
  select u.state into v_state from storage.uploads u
   where u.id = _upload_id and (_bucket_id is null or u.bucket_id = _bucket_id)
     and (_name is null or u.name = _name)
     for update;
  if not found then
    status := 404;
    body := storage._refusal('NoSuchUpload', 'Upload not found');
  elsif v_state <> 'pending' then
    status := 400;
    body := storage._refusal('InvalidRequest', 'The upload is finished');
  else
    delete from storage.uploads u where u.id = _upload_id;
    status := 200;
    body := jsonb_build_object('message', 'Successfully deleted');
  end if;
end
$$;
comment on function storage.upload_discard(uuid, text, text) is
  'Deletes a pending upload and its parts, and queues their bytes for removal; 404 NoSuchUpload, 400 '
  'InvalidRequest once finished.';
revoke execute on function storage.upload_discard(uuid, text, text) from public;
grant execute on function storage.upload_discard(uuid, text, text)
  to anon, authenticated, service_role, authenticator;
