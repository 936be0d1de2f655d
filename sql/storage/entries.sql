-- A level of names in byte order, as the caller: objects, and folders in place
-- of all that lies in them. A page is one scan of the index. Where folders took
-- up its rows, the next scan begins behind the last one, so that a folder of a
-- million objects costs two. Sorts are off, for the index has the order, and a
-- planner that cannot tell how few rows a policy hides would sort all of them.
-- So there is one plan for all values: another for each call costs half a page.
create or replace function storage.entries(
  _bucket_id text, _prefix text, _folders boolean, _after text, _limit int)
  returns table (
    key text, id uuid, size bigint, metadata jsonb, created_at timestamptz, updated_at timestamptz,
    last_accessed_at timestamptz)
  language plpgsql stable
  set enable_sort = off
  set plan_cache_mode = force_generic_plan
as $$
declare
  v_until  constant text collate "C" := _prefix || chr(1114111); -- no name with the prefix comes after
  v_length constant int := length(_prefix);
  v_batch  constant int := least(_limit, 1000);
  v_from   text collate "C" := _prefix;
  v_left   int := _limit;
  v_got    int;
  v_last   text;
begin
  if _after is not null then -- a folder's name ends in a slash; 0 is the character after it
    v_from := greatest(v_from,
                       case when _folders and right(_after, 1) = '/' then left(_after, -1) || '0'
                            else _after || chr(1) end);
  end if;
  while v_left > 0 loop
    return query
      select e.entry, case when e.slash = 0 then e.id end, case when e.slash = 0 then e.size end,
             case when e.slash = 0 then e.metadata end,
             case when e.slash = 0 then e.created_at end, case when e.slash = 0 then e.updated_at end,
             case when e.slash = 0 then e.last_accessed_at end
        from (select b.*, n.entry, lag(n.entry) over (order by b.name) as before
                from (select o.name, o.id, o.size, o.metadata, o.created_at, o.updated_at, o.last_accessed_at,
                             case when _folders then position('/' in substr(o.name, v_length + 1))
                                  else 0 end as slash
                        from storage.objects o
                       where o.bucket_id = _bucket_id and o.name >= v_from and o.name < v_until
                       order by o.name
                       limit v_batch) b
               cross join lateral (select case when b.slash = 0 then b.name
                                               else left(b.name, v_length + b.slash) end as entry) n) e
       where e.entry is distinct from e.before
       limit v_left;
    get diagnostics v_got = row_count;
    v_left := v_left - v_got;
    exit when v_left = 0;
    select o.name into v_last
      from storage.objects o
     where o.bucket_id = _bucket_id and o.name >= v_from and o.name < v_until
     order by o.name
    offset v_batch - 1 limit 1;
    exit when not found;
    v_got := case when _folders then position('/' in substr(v_last, v_length + 1)) else 0 end;
    v_from := case when v_got = 0 then v_last || chr(1) else left(v_last, v_length + v_got - 1) || '0' end;
  end loop;
end
$$;
comment on function storage.entries(text, text, boolean, text, int) is
  'At most _limit names with the prefix and after _after, in byte order; with _folders what has a further '
  'slash is one row that ends in / and has no id.';
revoke execute on function storage.entries(text, text, boolean, text, int) from public;
grant execute on function storage.entries(text, text, boolean, text, int)
  to anon, authenticated, service_role;
