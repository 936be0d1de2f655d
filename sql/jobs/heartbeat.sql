-- The heartbeat of a worker in any language.
create or replace function jobs.heartbeat(
  _worker uuid, _ids bigint[], _lease_s double precision default null, out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  if (_worker is not null and coalesce(_lease_s, 60) between 1 and 86400) is not true then
    status := 422;
    body := jsonb_build_object(
      'code', 'bad_heartbeat',
      'detail', 'A heartbeat names its worker (a uuid) and a lease of 1 to 86400 seconds.');
    return;
  end if;
  perform jobs._attend(_worker, null, null, null, now());
  status := 200;
  body := to_jsonb(jobs.extend(_ids => coalesce(_ids, '{}'), _worker => _worker,
                               _lease => make_interval(secs => _lease_s)));
end
$$;
comment on function jobs.heartbeat(uuid, bigint[], double precision) is
  'Says that a worker outside the binary lives and extends the leases of its jobs: (200, the ids that are '
  'not its own any more), or (422, bad_heartbeat).';
revoke execute on function jobs.heartbeat(uuid, bigint[], double precision) from public;
grant execute on function jobs.heartbeat(uuid, bigint[], double precision) to service_role;
