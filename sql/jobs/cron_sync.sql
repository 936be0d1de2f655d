-- Makes pg_cron tick, or stop to. Run by `howdah cron sync` as the owner: who
-- schedules in pg_cron is whom it runs as.
create or replace function jobs.cron_sync(_backend text)
  returns text
  language plpgsql volatile
  set search_path = ''
as $$
declare
  v_schema constant text := 'cron'; -- named at run time: it need not be there
  v_there  constant boolean := exists (select from pg_catalog.pg_extension e where e.extname = 'pg_cron');
begin
  perform pg_advisory_xact_lock(hashtextextended('howdah.jobs.cron_sync', 0));
  if _backend = 'pg_cron' and not v_there then
    raise exception using
      errcode = 'PT409', constraint = 'no_pg_cron',
      message = 'The extension pg_cron is not in this database.',
      hint = 'create extension pg_cron, or set JOBS_CRON_BACKEND=inproc.';
  elsif _backend = 'pg_cron' then
    execute format('select %I.schedule($1, $2, $3)', v_schema)
      using 'howdah-jobs', '* * * * *', 'select jobs.tick(_ahead => ''1 minute'')';
    return 'pg_cron ticks every minute';
  elsif v_there then
    execute format('select %1$I.unschedule(j.jobid) from %1$I.job j where j.jobname = $1', v_schema)
      using 'howdah-jobs';
  end if;
  return case when _backend = 'off' then 'nothing ticks' else 'workers tick' end;
end
$$;
comment on function jobs.cron_sync(text) is
  'Puts the tick into pg_cron for the backend pg_cron, and takes it out for inproc and off; '
  'says who ticks. Refuses PT409 no_pg_cron.';
revoke execute on function jobs.cron_sync(text) from public;
