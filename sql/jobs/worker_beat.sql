-- A worker's sign of life, every few seconds, the first one included.
create or replace function jobs.worker_beat(
  _worker uuid, _host text, _pid int, _queues text[], _concurrency int, _running int,
  _now timestamptz default now())
  returns void
  language sql volatile
  security definer set search_path = ''
as $$
  insert into jobs.workers as w (id, host, pid, queues, concurrency, running, started_at, seen_at)
  values (_worker, _host, _pid, _queues, _concurrency, _running, _now, _now)
      on conflict (id) do update set running = excluded.running, seen_at = excluded.seen_at
$$;
comment on function jobs.worker_beat(uuid, text, int, text[], int, int, timestamptz) is
  'Notes that a worker lives, what it serves, and how many jobs it runs.';
revoke execute on function jobs.worker_beat(uuid, text, int, text[], int, int, timestamptz) from public;
grant execute on function jobs.worker_beat(uuid, text, int, text[], int, int, timestamptz)
  to authenticator, service_role;
