-- Claims work. Locks, in this order, everywhere in this domain: the row of a
-- limited queue, rows of jobs (always skipping those that are locked), then
-- concurrency keys by their hash. Plans must not depend on statistics, which are
-- wrong at any time in tables that fill and empty within seconds: rows are named
-- by arrays of ids and never joined, states that are only checked are compared
-- as text, so that no partial index offers itself, and scans are pinned.

-- Jobs whose time has come become ready.
create or replace function jobs._promote(_now timestamptz)
  returns void
  language plpgsql volatile
as $$
declare
  v_ids bigint[];
begin
  if exists (select from jobs.jobs j where j.state = 'scheduled' and j.run_at <= _now) then
    v_ids := array(select j.id from jobs.jobs j
                    where j.state = 'scheduled' and j.run_at <= _now
                    order by j.run_at
                    limit 1000
                      for update skip locked);
    update jobs.jobs j set state = 'ready' where j.id = any (v_ids);
  end if;
end
$$;

-- The tokens that a rate limited queue has now. When the clock was set back, what
-- was noted in the future counts for nothing.
create or replace function jobs._tokens(_queue jobs.queues, _now timestamptz)
  returns double precision
  language sql stable
as $$
  select least(_queue.rate_limit, _queue.tokens + _queue.rate_limit * extract(epoch from _now - greatest(
           case when _queue.refilled_at <= _now then _queue.refilled_at end, _now - _queue.rate_period))
         / extract(epoch from _queue.rate_period))
$$;

-- Takes the tokens of jobs that start. The queue's row is locked since jobs._room.
create or replace function jobs._spend(_queue text, _count int, _now timestamptz)
  returns void
  language sql volatile
as $$
  update jobs.queues q set tokens = jobs._tokens(q, _now) - _count, refilled_at = _now
   where q.name = _queue and q.rate_limit is not null
$$;

-- How many jobs of a limited queue may start now.
create or replace function jobs._room(_queue text, _limit int, _now timestamptz)
  returns int
  language plpgsql volatile
as $$
declare
  v_queue jobs.queues;
  v_room  int := _limit;
begin
  select q.* into v_queue from jobs.queues q where q.name = _queue;
  if not found then
    return _limit;
  elsif v_queue.paused_at is not null then
    return 0;
  elsif coalesce(v_queue.concurrency, v_queue.rate_limit) is null then
    return _limit;
  end if;
  select q.* into v_queue from jobs.queues q where q.name = _queue for update;
  if v_queue.concurrency is not null then
    v_room := least(v_room,
                    v_queue.concurrency
                    - (select count(*)::int from jobs.jobs j where j.state = 'running' and j.queue = _queue));
  end if;
  if v_queue.rate_limit is not null then
    v_room := least(v_room, floor(jobs._tokens(v_queue, _now))::int);
  end if;
  return greatest(v_room, 0);
end
$$;

-- Of locked candidates, those whose concurrency key has room; the others are
-- held until jobs._release brings them back.
create or replace function jobs._admit(_ids bigint[])
  returns bigint[]
  language plpgsql volatile
as $$
declare
  v_pass bigint[];
  v_hold bigint[];
begin
  perform jobs._lock_keys(array(select distinct j.concurrency_key
                                  from jobs.jobs j
                                 where j.id = any (_ids) and j.concurrency_key is not null));
  with candidate as (
    select j.id, j.queue, j.concurrency_key,
           row_number() over (partition by j.queue, j.concurrency_key
                              order by j.priority desc, j.run_at, j.id) as place
      from jobs.jobs j
     where j.id = any (_ids)
  ), judged as (
    select c.id, c.concurrency_key is null or c.place <= jobs._key_room(c.queue, c.concurrency_key) as passes
      from candidate c
  )
  select array_agg(d.id) filter (where d.passes),
         array_agg(d.id) filter (where not d.passes) into v_pass, v_hold
    from judged d;
  update jobs.jobs j set state = 'held' where j.id = any (v_hold);
  return v_pass;
end
$$;

create or replace function jobs.claim(
  _queues text[], _limit int, _worker uuid, _names text[] default null, _sql boolean default false,
  _lease interval default null, _now timestamptz default now())
  returns table (
    id bigint, name text, queue text, payload jsonb, attempt int, max_attempts int, timeout_ms bigint,
    run_at timestamptz, created_at timestamptz, function text, role text)
  language plpgsql volatile
  security definer set search_path = '' set plan_cache_mode = force_generic_plan set jit = off
  set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set enable_hashjoin = off
  set enable_mergejoin = off
as $$
declare
  v_queue text;
  v_left  int := coalesce(_limit, 1);
  v_ids   bigint[];
  v_keyed boolean;
begin
  perform jobs._promote(_now);
  foreach v_queue in array _queues loop
    with due as (
      select j.id, j.concurrency_key
        from jobs.jobs j
       where j.queue = v_queue and j.state = 'ready'
         and case when j.is_sql then _sql else _names is null or j.name = any (_names) end
       order by j.priority desc, j.run_at, j.id
       limit jobs._room(v_queue, v_left, _now)
         for update skip locked)
    select array_agg(d.id), bool_or(d.concurrency_key is not null) into v_ids, v_keyed from due d;
    if v_keyed then
      v_ids := jobs._admit(v_ids);
    end if;
    continue when v_ids is null;
    perform jobs._spend(v_queue, cardinality(v_ids), _now);
    return query
      with taken as (
        update jobs.jobs j
           set state = 'running', attempts = j.attempts + 1, claimed_at = _now, worker = _worker,
               locked_until = _now + coalesce(_lease, (select s.visibility_timeout from jobs.settings s))
         where j.id = any (v_ids)
        returning j.*)
      select t.id, t.name, t.queue, t.payload, t.attempts, t.max_attempts,
             (extract(epoch from t.timeout) * 1000)::bigint, t.run_at, t.created_at,
             case when t.is_sql then coalesce(h.function, t.payload ->> 'function') end,
             case when t.is_sql then coalesce(h.role, t.payload ->> 'role', 'service_role') end
        from taken t
        left join lateral jobs._handler(t.name) h on true
       order by t.priority desc, t.run_at, t.id;
    v_left := v_left - cardinality(v_ids);
    exit when v_left <= 0;
  end loop;
end
$$;
comment on function jobs.claim(text[], int, uuid, text[], boolean, interval, timestamptz) is
  'Takes up to _limit ready jobs of the queues, in their order, for a worker, until the lease ends (null: '
  'JOBS_VISIBILITY_TIMEOUT_S): those with one of the names (null: any) and, with _sql, those '
  'whose handler is a SQL function. The worker completes or fails each, or extends its lease; '
  'whatever it leaves goes to another.';
revoke execute on function jobs.claim(text[], int, uuid, text[], boolean, interval, timestamptz) from public;
grant execute on function jobs.claim(text[], int, uuid, text[], boolean, interval, timestamptz)
  to authenticator, service_role;
