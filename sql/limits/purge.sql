-- Forgets windows that are over, a batch at a time; skips rows that are in use.
create or replace function limits.purge(
  _older_than interval default '1 day', _batch int default 1000, _now timestamptz default now())
  returns int
  language sql volatile
as $$
  with gone as (
    delete from limits.windows w
     using (select o.bucket, o.key
              from limits.windows o
             where o.started_at < _now - _older_than
             order by o.started_at
             limit _batch
               for update skip locked) old
     where (w.bucket, w.key) = (old.bucket, old.key)
    returning 1)
  select count(*)::int from gone
$$;
comment on function limits.purge(interval, int, timestamptz) is
  'Deletes at most _batch counters whose window began longer ago than _older_than; answers how many.';
