-- The user's schemas as statements, for `howdah db diff`: two databases whose
-- snapshots are equal have the same schema. Called by the owner. Takes no lock.
create or replace function ops.snapshot()
  returns table (ord int, kind text, identity text, up text, down text, change text)
  language sql stable
  set search_path = ''
as $$
  select s.ord, s.kind, s.identity, s.up, s.down, s.change
    from (select * from ops._snapshot_tables() union all select * from ops._snapshot_code()) s
   order by s.ord, s.identity collate "C"
$$;
comment on function ops.snapshot() is
  'Each thing in the user''s schemas as the statement that makes it, the one that takes it back, and the one '
  'that changes it where that is neither.';
revoke execute on function ops.snapshot() from public;
