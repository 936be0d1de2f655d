-- The one door into jobs.jobs. Refuses what no worker could run, at the moment
-- and in the transaction that asks for it.

-- Whether a job may enter, as far as the job alone tells. A worker could not even
-- read a time without end, nor what it claimed together with it.
create or replace function jobs._is_sound(
  _payload jsonb, _requires text[], _queue text, _run_at timestamptz, _max_attempts int, _timeout interval,
  _unique_for interval, _keys text)
  returns boolean
  language sql immutable
as $$
  select (jsonb_typeof(_payload) = 'object' and _payload ?& _requires and coalesce(_queue, 'default') <> ''
          and isfinite(coalesce(_run_at, 'epoch')) and coalesce(_max_attempts, 1) > 0
          and coalesce(_timeout, '1 s') between interval '1 microsecond' and interval '1 year'
          and length(coalesce(_queue, '')) <= 100 and length(coalesce(_keys, '')) <= 500
          and coalesce(_unique_for, '1 s') > interval '0') is true
$$;

-- Says what is wrong with the first job that may not enter.
create or replace function jobs._refuse(_job jobs.new_job)
  returns void
  language plpgsql stable
as $$
declare
  v_handler jobs.handlers;
  v_missing text;
begin
  select h.* into v_handler from jobs._handler(_job.name) h;
  if not found then
    raise exception using
      errcode = 'PT422', constraint = 'unknown_handler',
      message = format('No handler is registered for jobs named %L.', _job.name),
      detail = 'Known: ' || (select coalesce(string_agg(distinct h.name, ', ' order by h.name), 'none')
                               from jobs.handlers h),
      hint = 'Register one: select jobs.register(_name => …, _function => …).';
  elsif jsonb_typeof(_job.payload) is distinct from 'object' then
    raise exception using
      errcode = 'PT422', constraint = 'bad_payload',
      message = format('The payload of %s must be a JSON object.', _job.name),
      detail = coalesce(left(_job.payload::text, 100), 'null');
  end if;
  select m.name into v_missing
    from unnest(v_handler.requires) as m (name)
   where not _job.payload ? m.name limit 1;
  if found then
    raise exception using errcode = 'PT422', constraint = 'bad_payload',
      message = format('The payload of %s lacks the member "%s".', _job.name, v_missing);
  end if;
  raise exception using
    errcode = 'PT422', constraint = 'bad_option',
    message = 'max_attempts, timeout and unique_for must be positive, a timeout is a year at most, run_at is finite, a queue has a name of up to 100 characters, and keys have up to 500.';
end
$$;

-- Jobs that are already there under their idempotency key, or null, by position.
-- Of two transactions that bring one key the second waits for the first.
create or replace function jobs._claim_keys(_jobs jobs.new_job[], _ids bigint[], _now timestamptz)
  returns bigint[]
  language plpgsql volatile
as $$
declare
  v_ids bigint[];
begin
  insert into jobs.keys as k (name, key, job, until)
  select distinct on (n.name, n.idempotency_key) n.name, n.idempotency_key, i.id,
         _now + coalesce(n.unique_for, (select s.retention from jobs.settings s))
    from unnest(_jobs) with ordinality as n
    join unnest(_ids) with ordinality as i (id, ord) on i.ord = n.ordinality
   where n.idempotency_key is not null
   order by n.name, n.idempotency_key, n.ordinality
      on conflict (name, key) do update set job = excluded.job, until = excluded.until where k.until <= _now;
  select array_agg(case when k.job <> i.id then k.job end order by i.ord) into v_ids
    from unnest(_jobs) with ordinality as n
    join unnest(_ids) with ordinality as i (id, ord) on i.ord = n.ordinality
    left join jobs.keys k on k.name = n.name and k.key = n.idempotency_key;
  return v_ids;
end
$$;

-- Notes what the jobs wait for and answers how many unfinished ones that are,
-- by position. Rows of jobs that are waited for stay locked until commit, so
-- that they cannot end unseen.
create or replace function jobs._depend(_jobs jobs.new_job[], _ids bigint[])
  returns int[]
  language plpgsql volatile
  set enable_seqscan = off
as $$
declare
  v_after  constant bigint[] := array(
    select distinct a.id from unnest(_jobs) as n cross join unnest(n.after) as a (id));
  v_alive  bigint[];
  v_bad    record;
  v_counts int[];
begin
  v_alive := array(select j.id from jobs.jobs j where j.id = any (v_after) order by j.id for share);
  select a.id, n.name into v_bad
    from unnest(_jobs) as n cross join unnest(n.after) as a (id)
   where a.id <> all (v_alive)
     and not exists (select from jobs.finished f where f.id = a.id and (f.state = 'succeeded' or n.after_any))
   limit 1;
  if found then
    raise exception using
      errcode = 'PT422', constraint = 'bad_dependency',
      message = format('%s cannot wait for job %s, which is unknown or did not succeed.',
                       v_bad.name, v_bad.id);
  end if;
  with noted as (
    insert into jobs.dependencies (after, job, after_any)
    select distinct a.id, i.id, coalesce(n.after_any, false)
      from unnest(_jobs) with ordinality as n
      join unnest(_ids) with ordinality as i (id, ord) on i.ord = n.ordinality
     cross join unnest(n.after) as a (id)
     where a.id = any (v_alive)
    returning job)
  select array_agg((select count(*)::int from noted d where d.job = i.id) order by i.ord) into v_counts
    from unnest(_ids) with ordinality as i (id, ord);
  return v_counts;
end
$$;

-- Refuses the jobs if one of them may not enter.
create or replace function jobs._explain(_jobs jobs.new_job[])
  returns void
  language plpgsql stable
as $$
declare
  v_bad jobs.new_job;
begin
  select n.* into v_bad
    from unnest(_jobs) as n
    left join lateral jobs._handler(n.name) h on true
   where h.name is null
     or not jobs._is_sound(n.payload, h.requires, n.queue, n.run_at, n.max_attempts, n.timeout, n.unique_for,
        concat(n.idempotency_key, n.concurrency_key))
   limit 1;
  if found then
    perform jobs._refuse(v_bad);
  end if;
end
$$;

-- Refuses SQL handlers that are not there, whose role nobody may take, or, when
-- somebody asks for them now (_asked), whose payload names a role that is not
-- theirs to take. Who registers a handler under a role lends it to all.
create or replace function jobs._check_sql(_jobs jobs.new_job[], _asked boolean)
  returns void
  language plpgsql stable
as $$
declare
  v_why text;
begin
  select p.problem into v_why
    from (select distinct coalesce(h.function, n.payload ->> 'function') as function,
                 coalesce(h.role, n.payload ->> 'role') as role, h.role is null and _asked as asked
            from unnest(_jobs) as n cross join lateral jobs._handler(n.name) h
           where h.kind = 'sql') t
   cross join lateral (
     select coalesce(jobs._sql_problem(t.function, t.role),
                     case when t.asked and not jobs._may_run_as(t.role)
                          then format('You may not have jobs run as %I.', t.role) end)) as p (problem)
   where p.problem is not null
   limit 1;
  if found then
    raise exception using errcode = 'PT422', constraint = 'bad_function', message = v_why;
  end if;
end
$$;

-- Refuses requests that could not be sent; {} is left to who tries things out.
create or replace function jobs._check_http(_jobs jobs.new_job[])
  returns void
  language plpgsql stable
as $$
declare
  v_why text;
begin
  select net.job_fault(n.payload) into v_why
    from unnest(_jobs) as n
   where split_part(n.name, '@', 1) = 'http.request' and n.payload - 'workflow' <> '{}'
     and net.job_fault(n.payload) is not null
   limit 1;
  if found then
    raise exception using
      errcode = 'PT422', constraint = 'bad_payload',
      message = format('The payload of http.request cannot be sent: %s.', v_why);
  end if;
end
$$;

-- One pass over the jobs unless some are keyed (have idempotency keys) or
-- dependent (wait for others), which the caller knows. Not _asked: what was
-- asked for earlier (a schedule, a workflow) comes due.
create or replace function jobs._insert(
  _jobs jobs.new_job[], _keyed boolean, _dependent boolean, _now timestamptz, _asked boolean default true)
  returns bigint[]
  language plpgsql volatile
as $$
declare
  v_ids     constant bigint[] := case
    when cardinality(_jobs) = 1 then array[nextval('jobs.job_ids')]
    else array(select nextval('jobs.job_ids') from generate_series(1, cardinality(_jobs))) end;
  v_slot    smallint;
  v_default int;
  v_there   bigint[];
  v_waits   int[];
  v_made    int;
  v_sql     boolean;
  v_http    boolean;
  v_queues  text[];
begin
  if _keyed then
    -- more than an index holds
    if exists (select from unnest(_jobs) as n where length(n.idempotency_key) > 500) then
      perform jobs._explain(_jobs);
    end if;
    v_there := jobs._claim_keys(_jobs, v_ids, _now);
  end if;
  if _dependent then
    v_waits := jobs._depend(_jobs, v_ids);
  end if;
  -- What is the same for all is looked up once, not joined to each.
  select s.current, c.default_max_attempts into v_slot, v_default
    from jobs.slots s
   cross join jobs.settings c
   where s.kind = 'jobs';
  with known as materialized (
    select d.asked, h.name || case when h.version > 1 then '@' || h.version else '' end as name,
           h.kind = 'sql' as is_sql, h.queue,
           coalesce(h.max_attempts, v_default) as max_attempts, h.timeout, h.requires
      from (select distinct n.name as asked from unnest(_jobs) as n) d
     cross join lateral jobs._handler(d.asked) h
  ), made as (
    insert into jobs.jobs (id, slot, state, queue, name, is_sql, priority, run_at, max_attempts,
                           waits_for, created_at, timeout, concurrency_key, idempotency_key, payload)
    select v_ids[n.ordinality], v_slot,
           case when v_waits[n.ordinality] > 0 then 'blocked'::jobs.state
                when n.run_at > _now then 'scheduled'::jobs.state
                else 'ready'::jobs.state end,
           coalesce(n.queue, h.queue), h.name, h.is_sql, coalesce(n.priority, 0), coalesce(n.run_at, _now),
           coalesce(n.max_attempts, h.max_attempts), coalesce(v_waits[n.ordinality], 0),
           _now, coalesce(n.timeout, h.timeout),
           n.concurrency_key, n.idempotency_key, n.payload
      from unnest(_jobs) with ordinality as n
      join known h on h.asked = n.name
     where v_there[n.ordinality] is null
       and jobs._is_sound(n.payload, h.requires, n.queue, n.run_at, n.max_attempts, n.timeout, n.unique_for,
                           concat(n.idempotency_key, n.concurrency_key))
    returning queue, name, is_sql
  )
  select count(*)::int, bool_or(m.is_sql), bool_or(m.name = 'http.request'),
         array_agg(distinct m.queue) into v_made, v_sql, v_http, v_queues
    from made m;
  if v_made < cardinality(_jobs) - coalesce(cardinality(array_remove(v_there, null)), 0) then
    perform jobs._explain(_jobs);
  end if;
  if v_sql then
    perform jobs._check_sql(_jobs, _asked);
  end if;
  if v_http then
    perform jobs._check_http(_jobs);
  end if;
  if v_made > 0 then
    perform jobs._wake(v_queues);
  end if;
  if v_there is null then
    return v_ids;
  end if;
  return array(select coalesce(t.there, t.id)
                 from unnest(v_there, v_ids) with ordinality as t (there, id, ord) order by t.ord);
end
$$;
