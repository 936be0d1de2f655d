-- What is kept and for how long, in one place: finished jobs and runs, messages,
-- outbound requests, webhooks. Called every minute by each server and worker, so
-- that an idle system forgets too; of all of them one at a time does, in batches.
create or replace function jobs._forget_runs(_now timestamptz)
  returns int
  language sql volatile
as $$
  with gone as (
    delete from jobs.runs r
     using (select o.id from jobs.runs o
             where o.finished_at < _now - (select s.retention from jobs.settings s) * (
                     case o.state when 'failed' then 4 else 1 end)
             order by o.finished_at
             limit 1000
               for update skip locked) old
     where r.id = old.id
    returning 1)
  select count(*)::int from gone
$$;

create or replace function jobs.housekeep(
  _mail interval, _net interval, _webhooks interval, _now timestamptz default now())
  returns boolean
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_gone int[];
begin
  if not pg_try_advisory_xact_lock(hashtextextended('howdah.jobs.housekeep', 0)) then
    return false;
  end if;
  v_gone := array[jobs._forget_runs(_now), mail.purge(_older_than => _mail, _now => _now),
                  net.purge(_older_than => _net, _now => _now),
                  webhooks.purge(_older_than => _webhooks, _now => _now)];
  return 1000 <= any (v_gone);
end
$$;
comment on function jobs.housekeep(interval, interval, interval, timestamptz) is
  'Forgets what is older than it is kept: runs of workflows as JOBS_RETENTION_S has it (failed ones four '
  'times as long), messages, outbound requests, webhooks. True when a batch was full and there is more to '
  'do; false also when another session is at it.';
revoke execute on function jobs.housekeep(interval, interval, interval, timestamptz) from public;
grant execute on function jobs.housekeep(interval, interval, interval, timestamptz) to authenticator;
