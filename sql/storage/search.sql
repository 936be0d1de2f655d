-- Supabase's own name for a listing, which people call from SQL: names as on their wire.
create or replace function storage.search(
  prefix text, bucketname text, limits int default 100, levels int default 1, offsets int default 0,
  search text default '', sortcolumn text default 'name', sortorder text default 'asc')
  returns table (
    name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz,
    metadata jsonb)
  language sql stable
as $$
  select substr(rtrim(e.key, '/'), length(coalesce(prefix, '')) + 1), e.id, e.updated_at,
         e.created_at, e.last_accessed_at, e.metadata
    from storage.entries_sorted(
           _bucket_id => bucketname, _prefix => coalesce(prefix, ''), _folders => true,
           _search => coalesce(search, ''),
           _column => coalesce(sortcolumn, 'name'), _descending => lower(coalesce(sortorder, 'asc')) = 'desc',
           _offset => greatest(coalesce(offsets, 0), 0),
           _limit => least(greatest(coalesce(limits, 100), 0), 1500)) e
$$;
comment on function storage.search(text, text, int, int, int, text, text, text) is
  'One level below a prefix that ends in / (or ''''), folders with a null id, as the caller''s policies show '
  'it. The level follows from the prefix.';
revoke execute on function storage.search(text, text, int, int, int, text, text, text) from public;
grant execute on function storage.search(text, text, int, int, int, text, text, text)
  to anon, authenticated, service_role;
