create or replace function storage.hook_unset(
  _event text, _job text, _bucket_id text default null,
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  delete from storage.hooks h
   where h.event = _event and h.job = _job and h.bucket_id is not distinct from _bucket_id;
  status := case when found then 200 else 404 end;
  body := case when found then jsonb_build_object('message', 'Successfully deleted')
               else storage._refusal('NoSuchHook', 'Hook not found') end;
end
$$;
comment on function storage.hook_unset(text, text, text) is 'Removes a hook; 404 NoSuchHook.';
revoke execute on function storage.hook_unset(text, text, text) from public;
grant execute on function storage.hook_unset(text, text, text) to service_role;
