-- Not asked of the worker but told: what it says later counts for nothing.
create or replace function jobs.cancel(_ids bigint[], _now timestamptz default now())
  returns bigint[]
  language plpgsql volatile
  security definer set search_path = '' set plan_cache_mode = force_generic_plan set jit = off
  set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  return jobs._bury(_ids, 'cancelled', 'cancelled', _now);
end
$$;
comment on function jobs.cancel(bigint[], timestamptz) is
  'Ends jobs that are not done, and what waits for them; answers the ids that were given and ended. '
  'A running one ends now: its worker is told with the next heartbeat, and its report is refused.';
revoke execute on function jobs.cancel(bigint[], timestamptz) from public;
grant execute on function jobs.cancel(bigint[], timestamptz) to authenticator, service_role;
