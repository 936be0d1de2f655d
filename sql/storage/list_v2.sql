-- Pages of a bucket, by cursor. A cursor is n and the last name, for byte
-- order, or o and how many came before, for any other; nobody else reads it.
create or replace function storage.list_v2(
  _bucket_id text, _prefix text default '', _limit int default 1000, _cursor text default null,
  _with_delimiter boolean default false, _column text default 'name', _order text default 'asc',
  out status int, out body jsonb)
  returns record
  language plpgsql stable
as $$
declare
  v_limit  constant int := least(greatest(coalesce(_limit, 1000), 1), 1000);
  v_by_key constant boolean := _column = 'name' and lower(_order) = 'asc';
  v_cursor text := convert_from(decode(translate(_cursor, '-_', '+/'), 'base64'), 'UTF8');
  v_offset int := case when not v_by_key and v_cursor ~ '^o[0-9]{1,9}$' then substr(v_cursor, 2)::int
                       else 0 end;
  v_rows   jsonb[];
  v_next   text;
begin
  if (_column in ('name', 'updated_at', 'created_at') and lower(_order) in ('asc', 'desc')) is not true then
    status := 400;
    body := jsonb_build_object('code', 'InvalidRequest',
                               'message', 'sortBy must be name, updated_at or created_at, asc or desc');
    return;
  end if;
  if v_by_key then
    select array_agg(to_jsonb(e) order by e.key collate "C") into v_rows
      from storage.entries(
             _bucket_id => _bucket_id, _prefix => coalesce(_prefix, ''),
             _folders => coalesce(_with_delimiter, false),
             _after => case when v_cursor ~ '^n' then substr(v_cursor, 2) end, _limit => v_limit + 1) e;
  else
    select array_agg(to_jsonb(e) - 'position' order by e.position) into v_rows
      from storage.entries_sorted(_bucket_id => _bucket_id, _prefix => coalesce(_prefix, ''),
                                  _folders => coalesce(_with_delimiter, false), _search => '',
                                  _column => _column, _descending => lower(_order) = 'desc',
                                  _offset => v_offset, _limit => v_limit + 1) with ordinality as e (
                                                                                key, id, size, metadata,
                                                                                created_at, updated_at,
                                                                                last_accessed_at, position);
  end if;
  if cardinality(v_rows) > v_limit then
    v_next := case when v_by_key then 'n' || (v_rows[v_limit] ->> 'key') else 'o' || v_offset + v_limit end;
  end if;
  status := 200;
  select jsonb_strip_nulls(jsonb_build_object(
           'hasNext', v_next is not null,
           'nextCursorKey', case when v_next is not null then v_rows[v_limit] -> 'key' end,
           'nextCursor', translate(replace(encode(convert_to(v_next, 'UTF8'), 'base64'), E'\n', ''),
                                   '+/', '-_')))
         || jsonb_build_object('folders', coalesce(jsonb_agg(
                                 storage.entry_v2_json(r.entry, _prefix, _with_delimiter)
                                 order by r.position) filter (where r.entry ->> 'id' is null), '[]'),
                               'objects', coalesce(
                                 jsonb_agg(storage.entry_v2_json(r.entry, _prefix, _with_delimiter)
                                           order by r.position) filter (where r.entry ->> 'id' is not null),
                                 '[]')) into body
    from unnest(v_rows[1 : v_limit]) with ordinality as r (entry, position);
end
$$;
comment on function storage.list_v2(text, text, int, text, boolean, text, text) is
  '{hasNext, nextCursor, folders, objects} of a bucket: flat, or one level with the delimiter /; '
  'at most 1000 a page. 400 InvalidRequest for an unknown order.';
revoke execute on function storage.list_v2(text, text, int, text, boolean, text, text) from public;
grant execute on function storage.list_v2(text, text, int, text, boolean, text, text)
  to anon, authenticated, service_role;
