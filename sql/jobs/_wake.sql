-- Wakes the workers of queues if they sleep. One writer takes the flag away and
-- notifies, others pass by; while workers are awake this reads an empty table.
create or replace function jobs._wake(_queues text[])
  returns void
  language plpgsql volatile
as $$
declare
  v_queue text;
begin
  if not exists (select from jobs.sleepers s where s.queue = any (_queues)) then
    return;
  end if;
  foreach v_queue in array array(
    select s.queue from jobs.sleepers s where s.queue = any (_queues) for update skip locked) loop
    delete from jobs.sleepers s where s.queue = v_queue;
    perform pg_notify('howdah_jobs', v_queue);
  end loop;
end
$$;
