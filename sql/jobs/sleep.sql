-- Before a worker sleeps it raises the flag of its queues; who enqueues next
-- takes it down and notifies. The flag is a hint: a transaction that was open
-- before it went up does not see it, so a sleeper looks again by itself too.
create or replace function jobs.sleep(_queues text[])
  returns timestamptz
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  insert into jobs.sleepers (queue)
  select distinct q.name from unnest(_queues) as q (name) order by 1 on conflict do nothing;
  return (select j.run_at from jobs.jobs j where j.state = 'scheduled' order by j.run_at limit 1);
end
$$;
comment on function jobs.sleep(text[]) is
  'Asks for a notification on howdah_jobs when a job comes into one of the queues; answers when '
  'the next scheduled job is due.';
revoke execute on function jobs.sleep(text[]) from public;
grant execute on function jobs.sleep(text[]) to authenticator, service_role;
