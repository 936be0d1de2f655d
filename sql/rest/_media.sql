-- Which media type answers, and the expression that makes the body of it.
-- Handlers are found by the domain that they return, named like the media type:
-- an aggregate over a relation's row or anyelement, or the called function itself.

create or replace function rest._handler(_schema text, _title text, _media text, _schemas text[])
  returns jsonb
  language plpgsql stable
as $$
begin
  return (
    with types as (
      select t.oid, lower(t.typname) as media,
             case t.typname when '*/*' then 'application/octet-stream' else t.typname end as resolved,
             t.typname, n.nspname
        from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
       where t.typtype = 'd' and lower(t.typname) = _media
         and (t.typname ~* '^[a-z0-9.-]+/[a-z0-9.\+-]+$' or t.typname = '*/*'))
    select h.handler
      from (
        select jsonb_build_object('media', t.resolved,
                                  'call', pg_catalog.format('%I.%I', pn.nspname, p.proname),
                                  'cast', case when _title is not null
                                               then pg_catalog.format('%I.%I', an.nspname, a.typname) end)
                 as handler
          from types t
          join pg_catalog.pg_proc p on p.prorettype = t.oid and p.prokind = 'a' and p.pronargs = 1
          join pg_catalog.pg_namespace pn on pn.oid = p.pronamespace and pn.nspname = any (_schemas)
          join pg_catalog.pg_type a on a.oid = p.proargtypes[0]
          join pg_catalog.pg_namespace an on an.oid = a.typnamespace
          left join pg_catalog.pg_class r on r.oid = a.typrelid and r.relkind in ('r', 'v', 'm', 'f', 'p')
         where case when _title is null then a.oid = 'anyelement'::regtype
                    else r.oid is not null and an.nspname = _schema and a.typname = _title end
        union all
        select jsonb_build_object('media', t.resolved,
                                  'call', pg_catalog.format('%I.%I', t.nspname, t.typname),
                                  'cast', pg_catalog.format('%I.%I', pn.nspname, p.proname))
          from types t
          join pg_catalog.pg_proc p on p.prorettype = t.oid and p.prokind = 'f' and not p.proretset
          join pg_catalog.pg_namespace pn on pn.oid = p.pronamespace and pn.nspname = any (_schemas)
         where _title is not null and pn.nspname = _schema and p.proname = _title) h
     limit 1);
end
$$;
comment on function rest._handler(text, text, text, text[]) is 'A user''s handler of a media type.';

-- The first accepted type that something produces.
create or replace function rest._negotiate(
  _accept jsonb, _schema text, _title text, _plain boolean, _ctx jsonb)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_schemas constant text[] := array(select jsonb_array_elements_text(_ctx -> 'schemas'));
  v_media   jsonb;
  v_name    text;
  v_found   jsonb;
begin
  for v_media in select a.media from jsonb_array_elements(_accept) as a(media) loop
    v_name := coalesce(v_media ->> 'plan', v_media #>> '{}');
    if jsonb_typeof(v_media) = 'object' then
      continue when not (_ctx ->> 'plan')::boolean;
      v_name := v_media ->> 'for';
    end if;
    v_found := case when v_name in ('application/vnd.pgrst.object+json',
                                    'application/vnd.pgrst.object+json;nulls=stripped',
                                    'application/vnd.pgrst.array+json;nulls=stripped')
                    then jsonb_build_object('media', v_name) end;
    if v_found is null and _plain then
      v_found := coalesce(rest._handler(_schema, _title, '*/*', v_schemas),
                          rest._handler(_schema, _title, lower(v_name), v_schemas));
    end if;
    v_found := coalesce(v_found, rest._handler(_schema, null, lower(v_name), v_schemas),
                        case when v_name in ('application/json', 'text/csv', 'application/geo+json')
                             then jsonb_build_object('media', v_name)
                             when v_name = '*/*' then '{"media": "application/json"}' end);
    if v_found is not null then
      return case when jsonb_typeof(v_media) = 'object' then v_found || jsonb_build_object('plan', v_media)
                  else v_found end;
    end if;
  end loop;
  perform rest._fail(
    406, 'PGRST107',
    'None of these media types are available: '
    || (select string_agg(coalesce(a.media ->> 'title', a.media #>> '{}'), ', ' order by a.at)
          from jsonb_array_elements(_accept) with ordinality as a(media, at)));
  return null;
end
$$;
comment on function rest._negotiate(jsonb, text, text, boolean, jsonb) is
  'Picks the media type of the answer, or refuses.';

create or replace function rest._body_of(_handler jsonb, _function jsonb)
  returns text
  language plpgsql immutable
as $$
declare
  v_media  constant text := _handler ->> 'media';
  v_scalar constant boolean := _function is not null and not (_function ->> 'composite')::boolean;
  v_single constant boolean := _function is not null and not (_function ->> 'set')::boolean;
  v_value  constant text := 'json_agg(h_row' || case when v_scalar then '.pgrst_scalar)' else ')' end;
  v_strip  constant boolean := v_media like '%;nulls=stripped';
  v_sql    text;
begin
  if _handler ? 'call' then
    return (_handler ->> 'call') || case when v_scalar and v_single then '(h_row.pgrst_scalar)'
      else '(h_row' || coalesce('::' || (_handler ->> 'cast'), '') || ')' end;
  end if;
  if v_media = 'text/csv' then
    return '(select coalesce(string_agg(a.k, '',''), '''') from (select json_object_keys(s.r)::text as k'
      || ' from (select row_to_json(h) as r from h_source as h limit 1) s) a) || e''\n'''
      || ' || coalesce(string_agg(substring(h_row::text, 2, length(h_row::text) - 2), e''\n''), '''')';
  elsif v_media = 'application/geo+json' then
    return 'json_build_object(''type'', ''FeatureCollection'', ''features'', coalesce(json_agg(ST_AsGeoJSON(h_row)::json), ''[]''))';
  end if;
  v_sql := v_value;
  if v_media like 'application/vnd.pgrst.object+json%' or v_single then
    if not (v_media like 'application/vnd.pgrst.object+json%') or (v_scalar and v_single) or not v_scalar then
      v_sql := v_value || '->0';
    else
      v_sql := 'json_agg(h_row)->0';
    end if;
  end if;
  return 'coalesce(' || case when v_strip then 'json_strip_nulls(' || v_sql || ')' else v_sql end || ', '
      || case when v_sql like '%->0' then '''null''' else '''[]''' end || ')';
end
$$;
comment on function rest._body_of(jsonb, jsonb) is 'The expression of the body.';
