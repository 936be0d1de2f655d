-- For workers whose effects are in this database.
create or replace function jobs.hold(_ids bigint[], _worker uuid)
  returns bigint[]
  language plpgsql volatile
  security definer set search_path = '' set plan_cache_mode = force_generic_plan set jit = off
  set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  perform from jobs.jobs j where j.id = any (_ids) order by j.id for update;
  return array(select j.id
                 from jobs.jobs j
                where j.id = any (_ids) and j.state::text = 'running' and j.worker = _worker
                order by j.id);
end
$$;
comment on function jobs.hold(bigint[], uuid) is
  'Locks running jobs of a worker until the transaction ends and answers those that are still its own: '
  'with jobs.complete in the same transaction, the effects happen exactly once.';
revoke execute on function jobs.hold(bigint[], uuid) from public;
grant execute on function jobs.hold(bigint[], uuid) to authenticator, service_role;
