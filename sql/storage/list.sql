-- One level of a bucket, as the client's list() wants it: names relative to
-- the prefix, folders as rows with nothing but a name. As json, not jsonb:
-- building that of a hundred rows would cost more than finding them. Most pages
-- are of files alone, and then one scan makes the json; a page that meets a
-- folder is left to entries(), which steps over what lies in it.
create or replace function storage.list(
  _bucket_id text, _prefix text, _limit int default 100, _offset int default 0, _search text default '',
  _column text default 'name', _order text default 'asc',
  out status int, out body json)
  returns record
  language plpgsql stable
  set enable_sort = off -- as in entries()
  set plan_cache_mode = force_generic_plan
as $$
declare
  v_prefix constant text := case when coalesce(_prefix, '') = '' or right(_prefix, 1) = '/'
                                 then coalesce(_prefix, '')
                                 else _prefix || '/' end;
  v_limit  constant int := least(greatest(coalesce(_limit, 100), 0), 1500);
  v_offset constant int := greatest(coalesce(_offset, 0), 0);
  v_plain  constant boolean := coalesce(_column = 'name' and lower(_order) = 'asc'
                                        and coalesce(_search, '') = '', false);
  v_folder boolean := true;
begin
  if (_column in ('name', 'updated_at', 'created_at', 'last_accessed_at')
      and lower(_order) in ('asc', 'desc')) is not true then
    status := 400;
    body := json_build_object(
      'code', 'InvalidRequest',
      'message', 'sortBy must be name, updated_at, created_at or last_accessed_at, asc or desc');
    return;
  end if;
  status := 200;
  if v_plain and v_offset = 0 then
    with page as materialized (
      select substr(o.name, length(v_prefix) + 1) as name, o.id, o.updated_at,
             o.created_at, o.last_accessed_at, o.metadata
        from storage.objects o
       where o.bucket_id = _bucket_id and o.name >= v_prefix and o.name < v_prefix || chr(1114111)
       order by o.name
       limit v_limit)
    select m.met, case when not m.met then (select json_agg(p) from page p) end into v_folder, body
      from (select exists (select from page p where position('/' in p.name) > 0) as met) m;
  end if;
  if v_plain and v_folder then
    select json_agg(l) into body
      from (select rtrim(substr(e.key, length(v_prefix) + 1), '/') as name, e.id,
                   e.updated_at, e.created_at, e.last_accessed_at, e.metadata
              from storage.entries(_bucket_id => _bucket_id, _prefix => v_prefix, _folders => true,
                                   _after => null, _limit => v_offset + v_limit) e
            offset v_offset) l;
  elsif not v_plain then
    select json_agg(l) into body
      from (select rtrim(substr(e.key, length(v_prefix) + 1), '/') as name, e.id,
                   e.updated_at, e.created_at, e.last_accessed_at, e.metadata
              from storage.entries_sorted(
                     _bucket_id => _bucket_id, _prefix => v_prefix, _folders => true,
                     _search => coalesce(_search, ''), _column => _column,
                     _descending => lower(_order) = 'desc', _offset => v_offset, _limit => v_limit) e) l;
  end if;
  body := coalesce(body, '[]');
end
$$;
comment on function storage.list(text, text, int, int, text, text, text) is
  'One level below a prefix, at most 1500 rows, those that the caller''s policies show; [] for an unknown '
  'bucket. 400 InvalidRequest for an unknown order.';
revoke execute on function storage.list(text, text, int, int, text, text, text) from public;
grant execute on function storage.list(text, text, int, int, text, text, text)
  to anon, authenticated, service_role;
