-- A hook on what happens to objects. A job that could not be enqueued would
-- fail every write that fires it: so it is tried here, and taken back.
create or replace function storage.hook_set(
  _event text, _job text, _bucket_id text default null, _payload jsonb default '{}', _queue text default null,
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  insert into storage.hooks as h (bucket_id, event, job, payload, queue)
  values (_bucket_id, _event, _job, _payload, _queue)
  on conflict on constraint hooks_unique do update set payload = excluded.payload, queue = excluded.queue
  returning 200, jsonb_build_object('id', h.id) into status, body;
  begin
    perform jobs.enqueue(_name => _job, _payload => _payload, _queue => _queue);
    raise exception using errcode = 'PT299', message = 'accepted';
  exception when sqlstate 'PT299' then
    null; -- the block's end takes the job back
  end;
end
$$;
comment on function storage.hook_set(text, text, text, jsonb, text) is
  'Enqueues _job with _payload and the object whenever _event (created, updated, moved, deleted, '
  'or scan, which holds an upload back) happens in a bucket, or null: in any. Raises PT422 for '
  'a job that cannot be enqueued.';
revoke execute on function storage.hook_set(text, text, text, jsonb, text) from public;
grant execute on function storage.hook_set(text, text, text, jsonb, text) to service_role;
