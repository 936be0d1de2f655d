-- The triggers of realtime.enable: what says that a table is enabled is the
-- trigger itself, so that a dump, a rename and a drop keep telling the truth.
create or replace function realtime._attached()
  returns table (relation oid, owner_column text, is_partition boolean)
  language sql stable
as $$
  select t.tgrelid, nullif(a.words[1], ''), a.words[2] = 'partition'
    from pg_catalog.pg_trigger t
   cross join lateral (select pg_catalog.string_to_array(pg_catalog.encode(t.tgargs, 'escape'),
                                                         '\000')) as a (words)
   where t.tgname = 'realtime_truncate'
     and t.tgfoid = (select p.oid from pg_catalog.pg_proc p
                      where p.pronamespace = 'realtime'::regnamespace and p.proname = 'capture')
$$;
revoke execute on function realtime._attached() from public;

-- The tables that realtime.enable was called for; their partitions are told as theirs.
create or replace function realtime._enabled()
  returns table (relation oid, owner_column text)
  language sql stable
as $$
  select a.relation, a.owner_column from realtime._attached() a where not a.is_partition
$$;
revoke execute on function realtime._enabled() from public;
