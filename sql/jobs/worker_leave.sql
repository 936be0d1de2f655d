-- A worker's goodbye: what it has claimed and will not run goes back at once.
create or replace function jobs.worker_leave(_worker uuid)
  returns void
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  perform jobs.snooze(_ids => array(
                        select j.id from jobs.jobs j where j.state = 'running' and j.worker = _worker),
                      _for => interval '0', _worker => _worker);
  delete from jobs.workers w where w.id = _worker;
end
$$;
comment on function jobs.worker_leave(uuid) is
  'Takes a worker off the list and hands back the jobs that it still has.';
revoke execute on function jobs.worker_leave(uuid) from public;
grant execute on function jobs.worker_leave(uuid) to authenticator, service_role;
