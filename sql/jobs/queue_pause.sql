-- Pausing keeps jobs from starting; those that run go on.
create or replace function jobs.queue_pause(
  _queue text, _paused boolean default true, _now timestamptz default now())
  returns void
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  insert into jobs.queues as q (name, paused_at) values (_queue, case when _paused then _now end)
      on conflict (name) do update set paused_at = case when _paused then coalesce(q.paused_at, _now) end;
  if not _paused then
    perform jobs._wake(array[_queue]);
  end if;
end
$$;
comment on function jobs.queue_pause(text, boolean, timestamptz) is
  'Pauses a queue, or with _paused => false lets it go on.';
revoke execute on function jobs.queue_pause(text, boolean, timestamptz) from public;
grant execute on function jobs.queue_pause(text, boolean, timestamptz) to authenticator, service_role;
