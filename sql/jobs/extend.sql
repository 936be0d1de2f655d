-- The heartbeat of running jobs. Rows that a transaction of the worker itself
-- has locked (jobs.hold) are left alone: nobody can take them over.
create or replace function jobs.extend(
  _ids bigint[], _worker uuid, _lease interval default null, _now timestamptz default now())
  returns bigint[]
  language plpgsql volatile
  security definer set search_path = '' set plan_cache_mode = force_generic_plan set jit = off
  set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_mine bigint[];
begin
  v_mine := array(select j.id from jobs.jobs j
                   where j.id = any (_ids) and j.state::text = 'running' and j.worker = _worker
                   order by j.id
                     for update skip locked);
  update jobs.jobs j
     set locked_until = _now + coalesce(_lease, (select s.visibility_timeout from jobs.settings s))
   where j.id = any (v_mine);
  v_mine := array(select j.id
                    from jobs.jobs j
                   where j.id = any (_ids) and j.state::text = 'running' and j.worker = _worker);
  return array(select i.id from unnest(_ids) as i (id) where i.id <> all (v_mine));
end
$$;
comment on function jobs.extend(bigint[], uuid, interval, timestamptz) is
  'Extends the leases of a workers running jobs and answers the ids that are not its own any more: '
  'cancelled, or taken over. It should stop those.';
revoke execute on function jobs.extend(bigint[], uuid, interval, timestamptz) from public;
grant execute on function jobs.extend(bigint[], uuid, interval, timestamptz) to authenticator, service_role;
