-- Housekeeping, by whichever worker comes first: a second at a time is enough.
-- Every part is bounded, and skips what others hold.

-- Jobs whose lease has run out fail with that as the reason: the worker died.
create or replace function jobs._reclaim(_now timestamptz)
  returns void
  language plpgsql volatile
as $$
declare
  v_lease constant interval := (select s.visibility_timeout from jobs.settings s);
  v_ids   bigint[];
begin
  -- Claimed in the future: the clock was set back, and such leases would end late.
  v_ids := array(select j.id from jobs.jobs j
                  where j.state = 'running' and j.locked_until > _now + v_lease and j.claimed_at > _now
                  limit 1000
                    for update skip locked);
  if v_ids <> '{}' then
    update jobs.jobs j set locked_until = _now + v_lease where j.id = any (v_ids);
  end if;
  v_ids := array(select j.id from jobs.jobs j
                  where j.state = 'running' and j.locked_until < _now
                  order by j.locked_until
                  limit 1000
                    for update skip locked);
  if v_ids <> '{}' then
    perform jobs.fail(_ids => v_ids,
                      _errors => array_fill('the worker was not heard of until the lease ended'::text,
                                            array[cardinality(v_ids)]),
                      _now => _now);
  end if;
  -- A key whose holder is gone, by whatever way, lets the next one pass.
  v_ids := null;
  perform jobs._release(array(select distinct k.concurrency_key
                                from (
                                  select j.concurrency_key, j.queue
                                    from jobs.jobs j
                                   where j.concurrency_key is not null and j.state = 'held'
                                   limit 1000) k
                               where jobs._key_room(k.queue, k.concurrency_key) > 0));
end
$$;

-- Moves what stays long out of a slot that could be emptied otherwise. Who meets
-- a row on its way gets a serialization failure, so those that are due are left.
create or replace function jobs._consolidate(_slot smallint, _current smallint, _now timestamptz)
  returns void
  language plpgsql volatile
as $$
declare
  v_ids bigint[];
begin
  if (select count(*) <= 200 from (select from jobs.jobs j where j.slot = _slot limit 201) few) then
    v_ids := array(select j.id from jobs.jobs j
                    where j.slot = _slot
                      and (j.state::text in ('blocked', 'held')
                           or j.state::text = 'scheduled' and j.run_at > _now + interval '10 seconds')
                      for update skip locked);
    update jobs.jobs j set slot = _current where j.slot = _slot and j.id = any (v_ids);
  end if;
end
$$;

-- Truncates without keeping others waiting for long: a transaction that is still
-- open after a while (one that enqueued there, say) is let be, and the next sweep
-- tries again; claims and reports come and go, and are waited for. False when it
-- did not.
create or replace function jobs._truncated(_table regclass, _only_empty boolean default false)
  returns boolean
  language plpgsql volatile
as $$
declare
  v_alive   boolean := false;
  v_holders text[];
begin
  if _only_empty then
    execute format('select exists (select from %s)', _table) into v_alive;
  end if;
  if v_alive then
    return false;
  end if;
  v_holders := array(select l.virtualtransaction
                       from pg_catalog.pg_locks l
                      where l.relation = _table and l.pid <> pg_backend_pid());
  if v_holders <> '{}' then
    perform pg_sleep(0.1);
    if exists (select from pg_catalog.pg_locks l
                where l.relation = _table and l.virtualtransaction = any (v_holders)) then
      return false;
    end if;
  end if;
  perform set_config('lock_timeout', '250ms', true);
  begin
    execute format('lock table %s in access exclusive mode', _table);
    perform set_config('lock_timeout', '0', true);
    if _only_empty then -- looked at again, now that nobody else can
      execute format('select exists (select from %s)', _table) into v_alive;
    end if;
    if not v_alive then
      execute format('truncate %s', _table);
    end if;
    return not v_alive;
  exception when lock_not_available then
    return false;
  end;
end
$$;

-- Empties drained slots, and opens the next empty one when the current one has
-- seen enough jobs: what is dead in it then costs claims no more.
create or replace function jobs._rotate(_now timestamptz)
  returns void
  language plpgsql volatile
as $$
declare
  v_last  constant bigint := (select i.last_value from jobs.job_ids i);
  v_slots jobs.slots;
  v_slot  smallint;
  v_next  smallint;
begin
  select s.* into v_slots from jobs.slots s where s.kind = 'jobs';
  for v_n in 1 .. 7 loop
    v_slot := ((v_slots.current + v_n) % 8)::smallint;
    if pg_relation_size(format('jobs.jobs_%s', v_slot)::regclass) > 0 then
      perform jobs._consolidate(v_slot, v_slots.current, _now);
      perform jobs._truncated(format('jobs.jobs_%s', v_slot)::regclass, true);
    end if;
    if v_next is null and pg_relation_size(format('jobs.jobs_%s', v_slot)::regclass) = 0 then
      v_next := v_slot;
    end if;
  end loop;
  if v_next is not null
     and (v_last - v_slots.opened_id >= 10000
          or v_last > v_slots.opened_id and v_slots.opened_at < _now - interval '1 minute') then
    update jobs.slots s set current = v_next, opened_at = _now, opened_id = v_last where s.kind = 'jobs';
  end if;
end
$$;

-- Finished jobs are kept for seven slots' time; then the oldest slot is emptied.
create or replace function jobs._retire(_now timestamptz)
  returns void
  language plpgsql volatile
as $$
declare
  v_slots     jobs.slots;
  v_retention constant interval := (select s.retention from jobs.settings s);
begin
  select s.* into v_slots
    from jobs.slots s
   where s.kind = 'finished' and s.opened_at < _now - v_retention / 7;
  if found and jobs._truncated(format('jobs.finished_%s', (v_slots.current + 1) % 8)::regclass) then
    update jobs.slots s set current = (s.current + 1) % 8, opened_at = _now where s.kind = 'finished';
  end if;
  delete from jobs.finished f
   using (select o.slot, o.id
            from jobs.finished o
           where o.slot = 8 and o.finished_at < _now - 4 * v_retention limit 1000
             for update skip locked) old
   where f.slot = old.slot and f.id = old.id;
  delete from jobs.keys k
   using (select o.name, o.key
            from jobs.keys o
           where o.until < _now order by o.until limit 1000
             for update skip locked) old
   where (k.name, k.key) = (old.name, old.key);
  delete from jobs.workers w where w.seen_at < _now - interval '1 hour';
end
$$;

create or replace function jobs.sweep(_now timestamptz default now())
  returns boolean
  language plpgsql volatile
  security definer set search_path = '' set plan_cache_mode = force_generic_plan set jit = off
  set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  if not pg_try_advisory_xact_lock(hashtextextended('howdah.jobs.sweep', 0)) then
    return false;
  end if;
  perform jobs._reclaim(_now);
  perform jobs._retire(_now);
  perform jobs._rotate(_now); -- last: it locks slots until the commit
  return true;
end
$$;
comment on function jobs.sweep(timestamptz) is
  'Housekeeping, bounded: takes expired leases back, lets held jobs pass, empties and rotates slots, forgets '
  'what retention lets go. False when another session is at it.';
revoke execute on function jobs.sweep(timestamptz) from public;
grant execute on function jobs.sweep(timestamptz) to authenticator;
