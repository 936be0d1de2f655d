-- For /readyz, which anybody may read: who works, but not where.
create or replace function jobs.workers_alive(_now timestamptz default now())
  returns jsonb
  language sql stable
  security definer set search_path = ''
as $$
  select jsonb_build_object(
           'alive', count(*), 'running', coalesce(sum(w.running), 0),
           'queues', coalesce((select jsonb_agg(distinct q.name)
                                 from jobs._workers(_now) a
                                cross join unnest(a.queues) as q (name)
                                where a.alive), '[]'),
           'list', coalesce(
             jsonb_agg(jsonb_build_object(
               'kind', w.kind, 'queues', w.queues, 'concurrency', w.concurrency, 'running', w.running,
               'seen_s', greatest(0, extract(epoch from _now - w.seen_at)::int)) order by w.started_at, w.id),
             '[]'))
    from jobs._workers(_now) w
   where w.alive
$$;
comment on function jobs.workers_alive(timestamptz) is
  'How many workers were seen within a minute, what they run, which queues they serve, and each of them: '
  'its kind, queues, concurrency, jobs, and seconds since it was seen.';
revoke execute on function jobs.workers_alive(timestamptz) from public;
grant execute on function jobs.workers_alive(timestamptz) to authenticator, service_role;
