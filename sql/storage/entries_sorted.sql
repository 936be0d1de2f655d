-- A level of names in any other order than entries(), as the caller. It reads
-- all that has the prefix.
create or replace function storage.entries_sorted(
  _bucket_id text, _prefix text, _folders boolean, _search text, _column text, _descending boolean,
  _offset int, _limit int)
  returns table (key text, id uuid, size bigint, metadata jsonb,
                 created_at timestamptz, updated_at timestamptz, last_accessed_at timestamptz)
  language sql stable
  set enable_sort = on -- list() has it off
  set plan_cache_mode = auto
as $$
  with found as (
    select o.*,
           case when _folders then position('/' in substr(o.name, length(_prefix) + 1)) else 0 end as slash
      from storage.objects o
     where o.bucket_id = _bucket_id and o.name >= _prefix and o.name < _prefix || chr(1114111)
       and starts_with(lower(substr(o.name, length(_prefix) + 1)), lower(_search))
  ), named as (
    select distinct left(f.name, length(_prefix) + f.slash) as key, null::uuid as id, null::bigint as size,
           null::jsonb as metadata, null::timestamptz as created_at, null::timestamptz as updated_at,
           null::timestamptz as last_accessed_at
      from found f where f.slash > 0
    union all
    select f.name, f.id, f.size, f.metadata, f.created_at, f.updated_at, f.last_accessed_at
      from found f where f.slash = 0
  ), dated as (
    select n.*,
           case _column when 'updated_at' then n.updated_at
                        when 'created_at' then n.created_at
                        when 'last_accessed_at' then n.last_accessed_at end as at
      from named n)
  select d.key, d.id, d.size, d.metadata, d.created_at, d.updated_at, d.last_accessed_at
    from dated d
   order by case when not _descending then d.at end asc nulls first,
            case when _descending then d.at end desc nulls first,
            case when not _descending then d.key end collate "C" asc, d.key collate "C" desc
  offset _offset limit _limit
$$;
comment on function storage.entries_sorted(text, text, boolean, text, text, boolean, int, int) is
  'Names with the prefix whose rest starts with _search in any case, ordered by name, updated_at, created_at '
  'or last_accessed_at; folders as in entries(), before dated rows.';
revoke execute on function storage.entries_sorted(text, text, boolean, text, text, boolean, int, int)
  from public;
grant execute on function storage.entries_sorted(text, text, boolean, text, text, boolean, int, int)
  to anon, authenticated, service_role;
