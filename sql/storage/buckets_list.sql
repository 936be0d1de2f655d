create or replace function storage.buckets_list(
  _limit int default null, _offset int default 0, _search text default '', _column text default 'name',
  _order text default 'asc',
  out status int, out body jsonb)
  returns record
  language sql stable
as $$
  select 200, coalesce(jsonb_agg(storage.bucket_json(p.bucket) order by p.position), '[]')
    from (select b as bucket,
                 row_number() over (
                   order by case when not d.descending then t.text end collate "C",
                   case when d.descending then t.text end collate "C" desc,
                   case when not d.descending then t.at end, case when d.descending then t.at end desc,
                   b.id) as position
            from storage.buckets b
           cross join (select lower(coalesce(_order, 'asc')) = 'desc' as descending) d
           cross join lateral (select case _column when 'id' then b.id when 'name' then b.name end as text,
                                      case _column
                                        when 'created_at' then b.created_at
                                        when 'updated_at' then b.updated_at end as at) t
           where coalesce(_search, '') = '' or strpos(lower(b.name), lower(_search)) > 0
           order by position
          offset greatest(coalesce(_offset, 0), 0) limit least(coalesce(_limit, 1000), 1000)) p
$$;
comment on function storage.buckets_list(int, int, text, text, text) is
  'The buckets that the caller''s policies show, at most 1000, by id, name, created_at or updated_at.';
revoke execute on function storage.buckets_list(int, int, text, text, text) from public;
grant execute on function storage.buckets_list(int, int, text, text, text)
  to anon, authenticated, service_role;
