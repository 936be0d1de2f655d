-- For `howdah jobs workers` and GET /jobs/v1/workers.
create or replace function jobs.workers(_now timestamptz default now(), out status int, out body jsonb)
  returns record
  language sql stable
  security definer set search_path = ''
as $$
  select 200,
         jsonb_build_object('workers', coalesce(jsonb_agg(
           to_jsonb(w) order by w.alive desc, w.started_at, w.id), '[]'))
    from jobs._workers(_now) w
$$;
comment on function jobs.workers(timestamptz) is
  'Who works, of the last hour: (200, {workers}), Howdah''s own and external ones, with what they serve and '
  'run, and whether they were seen within a minute.';
revoke execute on function jobs.workers(timestamptz) from public;
grant execute on function jobs.workers(timestamptz) to authenticator, service_role;
