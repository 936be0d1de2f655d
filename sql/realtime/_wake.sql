-- Writers do not notify while nodes are awake: NOTIFY takes a lock for the
-- whole database at commit. A node that goes to sleep leaves a row, and the
-- first writer that sees it takes it away and notifies. Nobody waits: a row
-- that another writer has locked is that writer's to notify for.
create or replace function realtime._wake()
  returns void
  language plpgsql volatile
as $$
begin
  delete from realtime.sleepers s
   where s.id in (select d.id from realtime.sleepers d for update skip locked);
  if found then
    perform pg_catalog.pg_notify('howdah_realtime', '');
  end if;
end
$$;
revoke execute on function realtime._wake() from public;
