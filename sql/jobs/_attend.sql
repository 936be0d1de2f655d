-- A sign of life of a worker that comes by /jobs/v1: it claims, beats or reports.
-- Written down every few seconds at most, however often it comes.
create or replace function jobs._attend(
  _worker uuid, _host text, _queues text[], _limit int, _now timestamptz)
  returns void
  language sql volatile
as $$
  insert into jobs.workers as w (id, kind, host, pid, queues, concurrency, started_at, seen_at)
  select _worker, 'external', left(coalesce(_host, 'external'), 200), 0,
         coalesce(_queues, '{}'), coalesce(_limit, 1), _now, _now
   where not exists (select from jobs.workers o
                      where o.id = _worker and o.seen_at between _now - interval '5 seconds' and _now
                        and o.queues = coalesce(_queues, o.queues))
      on conflict (id) do update
     set seen_at = excluded.seen_at, queues = coalesce(_queues, w.queues),
         concurrency = coalesce(_limit, w.concurrency), host = coalesce(left(_host, 200), w.host)
   where w.kind = 'external'
$$;
