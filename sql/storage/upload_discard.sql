-- Gives up an upload that did not finish; its bytes are queued for removal.
create or replace function storage.upload_discard(_upload_id uuid, out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  delete from storage.uploads u where u.id = _upload_id and u.state = 'pending';
  status := case when found then 200 else 404 end;
  body := case when found then jsonb_build_object('message', 'Successfully deleted') else storage._refusal('NoSuchUpload', 'Upload not found') end;
end
$$;
comment on function storage.upload_discard(uuid) is 'Deletes a pending upload and its parts, and queues their bytes for removal; 404 NoSuchUpload.';
revoke execute on function storage.upload_discard(uuid) from public;
grant execute on function storage.upload_discard(uuid) to authenticator;
