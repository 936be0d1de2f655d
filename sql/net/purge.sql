-- Forgets requests that are done, with their responses, a batch at a time, and
-- those that lost their job long ago (somebody cancelled it).
create or replace function net.purge(
  _older_than interval default '6 hours', _batch int default 1000, _now timestamptz default now())
  returns int
  language sql volatile
as $$
  with gone as (
    delete from net.requests r
     using (select o.id from net.requests o
             where o.finished_at < _now - _older_than
                or o.finished_at is null and o.created_at < _now - _older_than - interval '30 days'
             limit _batch
               for update skip locked) old
     where r.id = old.id
    returning 1)
  select count(*)::int from gone
$$;
comment on function net.purge(interval, int, timestamptz) is
  'Deletes at most _batch requests that were done longer ago than _older_than (pg_net keeps them six hours '
  'too), with their responses; answers how many.';
