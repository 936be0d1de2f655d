-- Forgets messages that are done, a batch at a time, and those that lost their job
-- long ago (somebody cancelled it).
create or replace function mail.purge(
  _older_than interval default '30 days', _batch int default 1000, _now timestamptz default now())
  returns int
  language sql volatile
as $$
  with gone as (
    delete from mail.messages m
     using (select o.id from mail.messages o
             where o.created_at < _now - _older_than
               and (o.state not in ('queued', 'sending')
                    or o.created_at < _now - _older_than - interval '30 days')
             order by o.id
             limit _batch
               for update skip locked) old
     where m.id = old.id
    returning 1)
  select count(*)::int from gone
$$;
comment on function mail.purge(interval, int, timestamptz) is
  'Deletes at most _batch messages that are done and older than _older_than; answers how many. '
  'Their idempotency keys are forgotten with them.';
