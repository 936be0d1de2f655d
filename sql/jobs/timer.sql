-- What the job of a sleeping step does: its end is what counts.
create or replace function jobs.timer()
  returns void
  language sql volatile
as $$
$$;
comment on function jobs.timer() is 'Does nothing, at its time.';
revoke execute on function jobs.timer() from public;
grant execute on function jobs.timer() to service_role;
