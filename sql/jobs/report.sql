-- What a worker in any language says of its jobs, in one call.
create or replace function jobs.report(_worker uuid, _jobs jsonb, out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_done    bigint[];
  v_failed  bigint[];
  v_snoozed bigint[] := array[]::bigint[];
  v_for     double precision;
  v_ids     bigint[];
begin
  if _worker is null or jsonb_typeof(_jobs) is distinct from 'array' then
    status := 422;
    body := jsonb_build_object('code', 'bad_report', 'detail', 'A report names its worker and its jobs.',
                               'hint', '{"worker": "<uuid>", "jobs": [{"id": 1, "result": …} or {"id": 1, "error": "…", "final": false} or {"id": 1, "snooze_s": 5}]}');
    return;
  end if;
  perform jobs._attend(_worker, null, null, null, now());
  v_done := (
    select jobs.complete(_ids => array_agg(r.id), _results => array_agg(r.result), _worker => _worker)
      from jsonb_to_recordset(_jobs) as r (id bigint, result jsonb, error text, snooze_s double precision)
     where r.error is null and r.snooze_s is null);
  v_failed := (select jobs.fail(_ids => array_agg(r.id), _errors => array_agg(r.error), _worker => _worker,
                                _final => array_agg(r.final))
                 from jsonb_to_recordset(_jobs) as r (id bigint, error text, final boolean)
                where r.error is not null);
  for v_for, v_ids in
    select r.snooze_s, array_agg(r.id)
      from jsonb_to_recordset(_jobs) as r (id bigint, error text, snooze_s double precision)
     where r.error is null and r.snooze_s is not null group by r.snooze_s
  loop
    v_snoozed := v_snoozed
      || jobs.snooze(_ids => v_ids, _for => make_interval(secs => v_for), _worker => _worker);
  end loop;
  status := 200;
  body := jsonb_build_object('completed', to_jsonb(v_done), 'failed', to_jsonb(v_failed),
                             'snoozed', to_jsonb(v_snoozed));
end
$$;
comment on function jobs.report(uuid, jsonb) is
  'Completes, fails or snoozes claimed jobs: (200, the ids that were), or (422, bad_report). '
  'Ids that are not the worker''s any more are left out.';
revoke execute on function jobs.report(uuid, jsonb) from public;
grant execute on function jobs.report(uuid, jsonb) to service_role;
