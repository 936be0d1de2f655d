-- The tables that realtime.enable was called for: what says so is the trigger
-- itself, so that a dump, a rename and a drop keep telling the truth.
create or replace function realtime._enabled()
  returns table (relation oid, owner_column text)
  language sql stable
as $$
  select t.tgrelid, nullif(pg_catalog.split_part(pg_catalog.encode(t.tgargs, 'escape'), '\000', 1), '')
    from pg_catalog.pg_trigger t
   where t.tgname = 'realtime_truncate'
     and t.tgfoid = (select p.oid from pg_catalog.pg_proc p
                      where p.pronamespace = 'realtime'::regnamespace and p.proname = 'capture')
$$;
revoke execute on function realtime._enabled() from public;
