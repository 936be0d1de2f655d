-- For /readyz: who works, and whether anybody does.
create or replace function jobs.workers_alive(_now timestamptz default now())
  returns jsonb
  language sql stable
  security definer set search_path = ''
as $$
  select jsonb_build_object('alive', count(*), 'running', coalesce(sum(w.running), 0),
                            'queues', coalesce((select jsonb_agg(distinct q.name)
                                                  from jobs.workers a cross join unnest(a.queues) as q (name)
                                                 where a.seen_at > _now - interval '1 minute'), '[]'))
    from jobs.workers w
   where w.seen_at > _now - interval '1 minute'
$$;
comment on function jobs.workers_alive(timestamptz) is 'How many workers were seen within a minute, what they run, and which queues they serve.';
revoke execute on function jobs.workers_alive(timestamptz) from public;
grant execute on function jobs.workers_alive(timestamptz) to authenticator, service_role;
