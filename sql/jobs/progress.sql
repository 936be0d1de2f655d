-- The row stays in place: no index knows progress.
create or replace function jobs.progress(_id bigint, _progress jsonb, _worker uuid default null)
  returns boolean
  language plpgsql volatile
  security definer set search_path = '' set plan_cache_mode = force_generic_plan set jit = off
  set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  update jobs.jobs j set progress = _progress
   where j.id = _id and j.state::text = 'running' and (_worker is null or j.worker = _worker);
  return found;
end
$$;
comment on function jobs.progress(bigint, jsonb, uuid) is
  'Notes how far a running job is, for whoever watches; false when it is not running.';
revoke execute on function jobs.progress(bigint, jsonb, uuid) from public;
grant execute on function jobs.progress(bigint, jsonb, uuid) to authenticator, service_role;
