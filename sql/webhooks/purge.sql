-- Forgets events of which no delivery is under way, and ids that came in, a batch at a time.
create or replace function webhooks.purge(
  _older_than interval default '30 days', _batch int default 1000, _now timestamptz default now())
  returns int
  language sql volatile
as $$
  with events as (
    delete from webhooks.events e
     using (select o.id from webhooks.events o
             where o.created_at < _now - _older_than
               and not exists (select from webhooks.deliveries d
                                where d.event = o.id and d.state = 'queued'
                                  and d.created_at > _now - _older_than - interval '30 days')
             order by o.created_at
             limit _batch
               for update skip locked) old
     where e.id = old.id
    returning 1
  ), ids as (
    delete from webhooks.inbox i
     using (select o.source, o.message_id from webhooks.inbox o
             where o.received_at < _now - _older_than
             order by o.received_at
             limit _batch
               for update skip locked) old
     where (i.source, i.message_id) = (old.source, old.message_id)
    returning 1
  )
  select ((select count(*) from events) + (select count(*) from ids))::int
$$;
comment on function webhooks.purge(interval, int, timestamptz) is
  'Deletes at most _batch events with their delivery log, and as many inbound ids, that are older than '
  '_older_than; answers how many.';
