-- What follows from the end of jobs, in the statement's transaction: keys come
-- free, workflows go on, jobs that waited become ready or, when what they needed did not
-- succeed, end as cancelled, and so do those that waited for them.
create or replace function jobs._settle(_ids bigint[], _succeeded boolean, _keys text[], _now timestamptz)
  returns void
  language plpgsql volatile
as $$
declare
  v_jobs   bigint[];
  v_met    int[];
  v_queues text[];
  v_doomed bigint[];
begin
  if _keys <> '{}' then
    perform jobs._release(_keys);
  end if;
  if exists (select from jobs.steps s where s.job_id = any (_ids)) then
    perform jobs._advance(_ids, _now);
  end if;
  if not exists (select from jobs.dependencies d where d.after = any (_ids)) then
    return;
  end if;
  with met as (
    delete from jobs.dependencies d where d.after = any (_ids) and (_succeeded or d.after_any) returning d.job
  ), counted as (
    select m.job, count(*)::int as met from met m group by m.job)
  select array_agg(c.job), array_agg(c.met) into v_jobs, v_met from counted c;
  with freed as (
    update jobs.jobs j
       set waits_for = j.waits_for - v_met[array_position(v_jobs, j.id)],
           state = case when j.waits_for > v_met[array_position(v_jobs, j.id)] then 'blocked'
                        when j.run_at > _now then 'scheduled' else 'ready' end::jobs.state
     where j.id = any (v_jobs) and j.state::text = 'blocked'
    returning j.queue, j.state)
  select array_agg(distinct f.queue) into v_queues from freed f where f.state = 'ready';
  if v_queues is not null then
    perform jobs._wake(v_queues);
  end if;
  v_doomed := array( -- the whole chain at once: its length must not be the depth of calls
    with recursive doomed as (
      select d.job from jobs.dependencies d where d.after = any (_ids)
      union
      select d.job from doomed w join jobs.dependencies d on d.after = w.job and not d.after_any)
    select w.job from doomed w);
  if v_doomed <> '{}' then
    perform jobs._bury(v_doomed, 'cancelled', 'a job that it waited for did not succeed', _now);
  end if;
end
$$;
