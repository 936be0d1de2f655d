-- Limits of a queue. A queue without any needs no row.
create or replace function jobs.queue_set(
  _queue text, _concurrency int default null, _key_concurrency int default 1, _rate_limit int default null,
  _rate_period interval default '1 second')
  returns void
  language sql volatile
  security definer set search_path = ''
as $$
  insert into jobs.queues as q (name, concurrency, key_concurrency, rate_limit, rate_period)
  values (_queue, _concurrency, _key_concurrency, _rate_limit, _rate_period)
      on conflict (name) do update
     set concurrency = excluded.concurrency, key_concurrency = excluded.key_concurrency,
         rate_limit = excluded.rate_limit, rate_period = excluded.rate_period
$$;
comment on function jobs.queue_set(text, int, int, int, interval) is
  'Limits a queue: how many of its jobs run at once, how many of one concurrency key, and how many start '
  'in a period. Null lifts a limit.';
revoke execute on function jobs.queue_set(text, int, int, int, interval) from public;
grant execute on function jobs.queue_set(text, int, int, int, interval) to authenticator, service_role;
