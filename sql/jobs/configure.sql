-- Called by each server and worker when it starts: the last one decides.
create or replace function jobs.configure(
  _default_max_attempts int, _backoff_base interval, _backoff_max interval, _visibility_timeout interval,
  _retention interval)
  returns void
  language sql volatile
  security definer set search_path = ''
as $$
  update jobs.settings s
     set default_max_attempts = _default_max_attempts, backoff_base = _backoff_base,
         backoff_max = _backoff_max, visibility_timeout = _visibility_timeout, retention = _retention
   where (s.default_max_attempts, s.backoff_base, s.backoff_max, s.visibility_timeout, s.retention)
           is distinct from (_default_max_attempts, _backoff_base, _backoff_max,
                             _visibility_timeout, _retention)
$$;
comment on function jobs.configure(int, interval, interval, interval, interval) is
  'Keeps the server''s JOBS_* settings where functions find them.';
revoke execute on function jobs.configure(int, interval, interval, interval, interval) from public;
grant execute on function jobs.configure(int, interval, interval, interval, interval) to authenticator;
