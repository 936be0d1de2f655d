-- The list of workers, those that were seen last first. What a worker runs is
-- counted where it is true for all kinds of them: by the rows that they hold.
create or replace function jobs._workers(_now timestamptz)
  returns table (
    id uuid, kind text, host text, pid int, queues text[], concurrency int, running int,
    started_at timestamptz, seen_at timestamptz, alive boolean)
  language sql stable
as $$
  select w.id, w.kind, w.host, nullif(w.pid, 0), w.queues, w.concurrency,
         coalesce(r.running, 0),
         w.started_at, w.seen_at, w.seen_at > _now - interval '1 minute'
    from jobs.workers w
    left join (select j.worker, count(*)::int as running
                 from jobs.jobs j
                where j.state = 'running' group by j.worker) r on r.worker = w.id
   order by w.seen_at desc, w.id
   limit 200
$$;
