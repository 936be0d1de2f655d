-- How the queues stand. Counts of what is not done are exact; they read every
-- such row, so ask in seconds, not in milliseconds.
create or replace function jobs.stats(_now timestamptz default now(), out status int, out body jsonb)
  returns record
  language sql stable
  security definer set search_path = ''
as $$
  select 200,
         jsonb_build_object(
           'queues', coalesce((
             select jsonb_agg(jsonb_build_object(
               'queue', name.queue, 'paused', q.paused_at is not null, 'concurrency', q.concurrency,
               'rate_limit', q.rate_limit, 'states', coalesce(c.states, '{}'), 'oldest_ready_s', c.oldest)
               order by name.queue)
               from (select q.name as queue from jobs.queues q
                     union
                     select distinct j.queue from jobs.jobs j) name
               left join jobs.queues q on q.name = name.queue
               left join (select s.queue, jsonb_object_agg(s.state, s.n) as states, max(s.age) as oldest
                            from (select j.queue, j.state, count(*) as n,
                                         max(extract(epoch from _now - j.run_at))
                                           filter (where j.state = 'ready') as age
                                    from jobs.jobs j group by j.queue, j.state) s
                           group by s.queue) c on c.queue = name.queue), '[]'),
           'dead', (select count(*) from jobs.finished f where f.slot = 8),
           'workers', (select w.body -> 'workers' from jobs.workers(_now => _now) w))
$$;
comment on function jobs.stats(timestamptz) is
  'Queues with their states, limits and age of the oldest ready job, dead letters, and '
  'workers with whether they live.';
revoke execute on function jobs.stats(timestamptz) from public;
grant execute on function jobs.stats(timestamptz) to authenticator, service_role;
