-- Concurrency keys. A key's lock is taken after rows of jobs, in the order of
-- hashes, so that nobody waits in a circle.
create or replace function jobs._lock_keys(_keys text[])
  returns void
  language sql volatile
as $$
  select pg_advisory_xact_lock(h.hash)
    from (select distinct hashtextextended('howdah.jobs.key.' || k.key, 0) as hash
            from unnest(_keys) as k (key) order by 1) h
$$;

-- How many more jobs of a key may run.
create or replace function jobs._key_room(_queue text, _key text)
  returns int
  language sql stable
as $$
  select coalesce((select q.key_concurrency from jobs.queues q where q.name = _queue), 1)
         - (select count(*)::int
              from jobs.jobs j
             where j.concurrency_key = _key and j.queue = _queue and j.state = 'running')
$$;

-- Makes held jobs of the keys ready, as many as have room.
create or replace function jobs._release(_keys text[])
  returns void
  language plpgsql volatile
as $$
declare
  v_ids    bigint[];
  v_queues text[];
begin
  perform jobs._lock_keys(_keys);
  v_ids := array(
    select h.id
      from (select distinct j.queue, j.concurrency_key
              from jobs.jobs j
             where j.concurrency_key = any (_keys) and j.state = 'held') k
     cross join lateral (
       select j.id
         from jobs.jobs j
        where j.concurrency_key = k.concurrency_key and j.queue = k.queue and j.state = 'held'
        order by j.priority desc, j.run_at, j.id
        limit greatest(0, jobs._key_room(k.queue, k.concurrency_key))
          for update skip locked) h);
  with released as (
    update jobs.jobs j set state = 'ready' where j.id = any (v_ids) returning j.queue)
  select array_agg(distinct r.queue) into v_queues from released r;
  if v_queues is not null then
    perform jobs._wake(v_queues);
  end if;
end
$$;
