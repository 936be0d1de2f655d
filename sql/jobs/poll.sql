-- Claiming for workers in any language: jobs as JSON, or none, and then the flag
-- is up that wakes who waits.
create or replace function jobs.poll(
  _worker uuid, _queues text[], _limit int, _names text[] default null,
  _lease_s double precision default null, _host text default null,
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_queues constant text[] := coalesce(nullif(_queues, '{}'), '{default}');
  v_names  constant text[] := coalesce(_names, array(
    select case when h.version > 1 then h.name || '@' || h.version else h.name end
      from jobs.handlers h
     where h.kind = 'worker' and not jobs._is_built_in(h.name)));
begin
  if (_worker is not null and coalesce(_limit, 1) between 1 and 1000
      and coalesce(_lease_s, 60) between 1 and 86400) is not true then
    status := 422;
    body := jsonb_build_object(
      'code', 'bad_claim',
      'detail', 'A claim names its worker (a uuid), a limit of 1 to 1000 and a lease of 1 to 86400 seconds.');
    return;
  end if;
  if exists (select from unnest(v_names) as n (name) where jobs._is_built_in(n.name)) then
    status := 422;
    body := jsonb_build_object('code', 'built_in',
                               'detail', 'Howdah''s own workers do mail, HTTP, webhooks and SQL.',
                               'hint', 'Claim the names that you have registered.');
    return;
  end if;
  perform jobs._attend(_worker, _host, v_queues, coalesce(_limit, 1), now());
  select jsonb_agg(jsonb_build_object(
           'id', c.id, 'name', c.name, 'queue', c.queue, 'payload', c.payload,
           'attempt', c.attempt, 'max_attempts', c.max_attempts,
           'timeout_ms', c.timeout_ms, 'run_at', c.run_at, 'created_at', c.created_at)) into body
    from jobs.claim(_queues => v_queues, _limit => coalesce(_limit, 1), _worker => _worker, _names => v_names,
                    _lease => make_interval(secs => _lease_s)) c;
  if body is null then
    perform jobs.sleep(_queues => v_queues);
  end if;
  status := 200;
  body := jsonb_build_object('jobs', coalesce(body, '[]'));
end
$$;
comment on function jobs.poll(uuid, text[], int, text[], double precision, text) is
  'Claims up to _limit jobs for a worker outside the binary: (200, {jobs}), of these names (null: '
  'of all that are registered without a function), or (422, bad_claim, built_in): what Howdah does '
  'itself is left to its own workers.';
revoke execute on function jobs.poll(uuid, text[], int, text[], double precision, text) from public;
grant execute on function jobs.poll(uuid, text[], int, text[], double precision, text) to service_role;
