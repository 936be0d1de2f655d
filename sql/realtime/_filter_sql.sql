-- A filter without its values, as a condition over "howdah row", the row of the
-- table, and "howdah filter", the list of the filter's terms. Operators and
-- types come from the catalog or from literals here, values stay data.
create or replace function realtime._term_sql(_relation oid, _term jsonb, _position int)
  returns text
  language plpgsql stable
as $$
declare
  v_op     constant text := _term ->> 'op';
  v_value  constant text := format('("howdah filter" -> %s ->> ''value'')', _position);
  v_column text;
  v_type   regtype;
  v_sql    text;
begin
  select format('("howdah row").%I', a.attname), a.atttypid::regtype into v_column, v_type
    from pg_catalog.pg_attribute a
   where a.attrelid = _relation and a.attname = _term ->> 'column' and a.attnum > 0 and not a.attisdropped;
  if v_column is null then
    raise exception using errcode = 'PT400', constraint = 'unknown_column',
      message = format('column %L does not exist', _term ->> 'column');
  end if;
  v_sql := case
    when v_op in ('eq', 'neq', 'lt', 'lte', 'gt', 'gte')
    then format('%s %s %s::%s', v_column,
                case v_op
                  when 'eq' then '=' when 'neq' then '<>' when 'lt' then '<' when 'lte' then '<='
                  when 'gt' then '>' else '>=' end,
                v_value, v_type)
    when v_op = 'isdistinct' then format('%s is distinct from %s::%s', v_column, v_value, v_type)
    when v_op in ('like', 'ilike', 'match', 'imatch')
    then -- A pattern is tried even on null, so that a bad one shows when it is subscribed.
         format('(coalesce(%1$s::text, '''') %2$s %3$s) = (%1$s is not null or null)', v_column,
                case v_op
                  when 'like' then 'like' when 'ilike' then 'ilike' when 'match' then '~' else '~*' end,
                v_value)
    when v_op = 'in'
    then format('%s = any(array(select e::%s from pg_catalog.jsonb_array_elements_text("howdah filter" -> %s -> ''value'') e))',
                v_column, v_type, _position)
    when v_op = 'is' and _term ->> 'value' = 'null' then format('%s is null', v_column)
    when v_op = 'is' and v_type = 'boolean'::regtype and _term ->> 'value' in ('true', 'false', 'unknown')
    then format('%s is %s', v_column,
                case _term ->> 'value'
                  when 'true' then 'true' when 'false' then 'false' else 'unknown' end) end;
  if v_sql is null then
    raise exception using
      errcode = 'PT400', constraint = 'bad_filter',
      message = format('the filter %s.%s does not suit column %s', v_op,
                       _term ->> 'value', _term ->> 'column');
  end if;
  return format(case when (_term -> 'not')::boolean then 'not (%s)' else '(%s)' end, v_sql);
end
$$;
revoke execute on function realtime._term_sql(oid, jsonb, int) from public;

create or replace function realtime._filter_sql(_relation oid, _filter jsonb)
  returns text
  language sql stable
as $$
  select pg_catalog.string_agg(realtime._term_sql(_relation, t.term, (t.position - 1)::int),
                               ' and ' order by t.position)
    from pg_catalog.jsonb_array_elements(_filter) with ordinality as t (term, position)
$$;
revoke execute on function realtime._filter_sql(oid, jsonb) from public;

-- The statement that says which of the filters $2 (numbers in $1) hold for which of the images $3.
create or replace function realtime._match_sql(_relation oid, _filter jsonb)
  returns text
  language sql stable
as $$
  select format($q$
with r as materialized (
  select i.n, t as "howdah row"
    from pg_catalog.unnest($3) with ordinality as i (image, n)
   cross join lateral pg_catalog.jsonb_populate_record(null::%s, i.image) as t
   where i.image is not null)
select pg_catalog.array_agg(f.i), pg_catalog.array_agg(r.n::int)
  from rows from (pg_catalog.unnest($1), pg_catalog.unnest($2)) as f (i, "howdah filter")
 cross join r
 where %s$q$, _relation::regclass, realtime._filter_sql(_relation, _filter))
$$;
revoke execute on function realtime._match_sql(oid, jsonb) from public;
