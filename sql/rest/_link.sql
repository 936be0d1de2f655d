-- Relationships, from foreign keys, views over their tables, junctions and
-- functions from row to rows, read from the catalog when a shape asks for one.
--
-- A view has the keys of the tables that it shows, if it shows all their columns.

create or replace function rest._is_table(_rel oid)
  returns boolean
  language plpgsql stable
as $$
begin
  return exists (select from pg_catalog.pg_class c where c.oid = _rel and c.relkind in ('r', 'p', 'f'));
end
$$;
comment on function rest._is_table(oid) is
  'Whether a relation is a table, which shows nothing but its own columns.';

create or replace function rest._is_unique(_table oid, _columns smallint[])
  returns boolean
  language plpgsql stable
as $$
begin
  return exists (select from pg_catalog.pg_constraint u
                  where u.conrelid = _table and u.contype in ('p', 'u')
                    and u.conkey @> _columns and u.conkey <@ _columns);
end
$$;
comment on function rest._is_unique(oid, smallint[]) is 'Whether a key is on just these columns.';

-- These are in PL/pgSQL where a single query would do: it keeps their plans, and
-- asks tables, which most relations are, without looking for views.

-- Foreign keys from the columns of one relation to those of another. A view that
-- shows a column twice has the key once for each way to pick its columns.
create or replace function rest._edges(_child oid, _parent oid)
  returns table (cons text, cols text[], refs text[], one_to_one boolean)
  language plpgsql stable
as $$
#variable_conflict use_column
begin
  if rest._is_table(_child) and rest._is_table(_parent) then
    return query
      select c.conname::text,
             array(select a.attname::text from unnest(c.conkey) with ordinality as k(num, at)
                     join pg_catalog.pg_attribute a on a.attrelid = _child and a.attnum = k.num
                    order by k.at),
             array(select a.attname::text from unnest(c.confkey) with ordinality as k(num, at)
                     join pg_catalog.pg_attribute a on a.attrelid = _parent and a.attnum = k.num
                    order by k.at),
             rest._is_unique(c.conrelid, c.conkey)
        from pg_catalog.pg_constraint c
       where c.conrelid = _child and c.confrelid = _parent and c.contype = 'f' and c.conparentid = 0;
    return;
  end if;
  return query
    with child as materialized (select o.* from rest._origins(_child) o),
    parent as materialized (select o.* from rest._origins(_parent) o)
    select c.conname::text, a.cols, b.cols, rest._is_unique(c.conrelid, c.conkey)
      from pg_catalog.pg_constraint c
     cross join lateral (
           with recursive part as (
             select '{}'::name[] as cols, 0 as at
             union all
             select p.cols || o.col, p.at + 1
               from part p join child o on o.base = c.conrelid and o.num = c.conkey[p.at + 1])
           select p.cols::text[] as cols from part p where p.at = cardinality(c.conkey)) a
     cross join lateral (
           with recursive part as (
             select '{}'::name[] as cols, 0 as at
             union all
             select p.cols || o.col, p.at + 1
               from part p join parent o on o.base = c.confrelid and o.num = c.confkey[p.at + 1])
           select p.cols::text[] as cols from part p where p.at = cardinality(c.confkey)) b
     where c.contype = 'f' and c.conparentid = 0
       and c.conrelid in (select o.base from child o) and c.confrelid in (select o.base from parent o);
end
$$;
comment on function rest._edges(oid, oid) is 'Foreign keys from one relation to another, through views too.';

-- Views that show something of a relation, at any depth.
create or replace function rest._views_over(_rel oid)
  returns setof oid
  language sql stable
as $$
  with recursive up as (
    select _rel as oid
    union
    select r.ev_class
      from up u
      join pg_catalog.pg_depend d on d.refobjid = u.oid and d.refclassid = 'pg_catalog.pg_class'::regclass
                                 and d.classid = 'pg_catalog.pg_rewrite'::regclass
      join pg_catalog.pg_rewrite r on r.oid = d.objid and r.ev_type = '1'
     where r.ev_class <> u.oid)
  select u.oid from up u where u.oid <> _rel
$$;
comment on function rest._views_over(oid) is 'Views over a relation, and views over those.';

-- Neighbours by foreign key: (other side's base table, the other side refers to us?)
create or replace function rest._neighbours(_rel oid)
  returns table (other oid, inward boolean, cons text, near text[], far_num smallint[])
  language plpgsql stable
as $$
#variable_conflict use_column
begin
  if rest._is_table(_rel) then
    return query
      select n.other, n.inward, n.conname::text,
             array(select a.attname::text from pg_catalog.pg_attribute a
                    where a.attrelid = _rel and a.attnum = any (n.near_num) and not a.attisdropped
                    order by a.attnum),
             n.far_num
        from (select c.confrelid as other, false as inward, c.conname, c.conkey as near_num,
                     c.confkey as far_num
                from pg_catalog.pg_constraint c
               where c.conrelid = _rel and c.contype = 'f' and c.conparentid = 0
              union all
              select c.conrelid, true, c.conname, c.confkey, c.conkey
                from pg_catalog.pg_constraint c
               where c.confrelid = _rel and c.contype = 'f' and c.conparentid = 0) n;
    return;
  end if;
  return query
    with mine as materialized (select o.* from rest._origins(_rel) o)
    select c.confrelid, false, c.conname::text,
           array(select o.col::text from mine o where o.base = c.conrelid and o.num = any (c.conkey)),
           c.confkey
      from pg_catalog.pg_constraint c
     where c.contype = 'f' and c.conparentid = 0 and c.conrelid in (select m.base from mine m)
    union all
    select c.conrelid, true, c.conname::text,
           array(select o.col::text from mine o where o.base = c.confrelid and o.num = any (c.confkey)),
           c.conkey
      from pg_catalog.pg_constraint c
     where c.contype = 'f' and c.conparentid = 0 and c.confrelid in (select m.base from mine m);
end
$$;
comment on function rest._neighbours(oid) is 'Base tables on the other side of a relation''s foreign keys.';

-- Direct links between two relations: many-to-one, one-to-one, one-to-many.
create or replace function rest._direct_links(_from oid, _to oid)
  returns setof jsonb
  language sql stable
as $$
  select jsonb_build_object('kind', case when e.one_to_one then 'o2o' else 'm2o' end, 'rel', _to::bigint,
                            'to_one', true, 'inward', false, 'cons', e.cons, 'cols', e.cols, 'refs', e.refs)
    from rest._edges(_from, _to) e
  union all
  select jsonb_build_object('kind', case when e.one_to_one then 'o2o' else 'o2m' end,
                            'rel', _to::bigint, 'to_one', e.one_to_one,
                            'inward', true, 'cons', e.cons, 'cols', e.refs, 'refs', e.cols)
    from rest._edges(_to, _from) e
$$;
comment on function rest._direct_links(oid, oid) is 'Links by one foreign key between two relations.';

-- Many-to-many: a relation whose key holds a foreign key to each side.
create or replace function rest._junction_links(_from oid, _to oid, _schemas text[])
  returns setof jsonb
  language plpgsql stable
as $$
declare
  v_bases constant oid[] := array(select n.other from rest._neighbours(_from) n where n.inward
                                  intersect
                                  select n.other from rest._neighbours(_to) n where n.inward);
begin
  if cardinality(v_bases) = 0 then
    return;
  end if;
  return query
    with junctions as (
      select b.oid from unnest(v_bases) as b(oid)
      union
      select v.oid from unnest(v_bases) as b(oid) cross join lateral rest._views_over(b.oid) as v(oid)),
    exposed as materialized (
      select j.oid, c.relname::text as name, rest._key(j.oid) as key
        from junctions j
        join pg_catalog.pg_class c on c.oid = j.oid
        join pg_catalog.pg_namespace s on s.oid = c.relnamespace
       where s.nspname = any (_schemas) and c.relkind in ('r', 'v', 'm', 'f', 'p') and not c.relispartition)
    select jsonb_build_object('kind', 'm2m', 'rel', _to::bigint, 'to_one', false, 'junction', j.oid::bigint,
                              'jname', j.name, 'cons', a.cons, 'cons2', b.cons, 'cols', a.refs,
                              'jcols', a.cols, 'refs', b.refs, 'jrefs', b.cols)
      from exposed j
     cross join lateral rest._edges(j.oid, _from) a
     cross join lateral rest._edges(j.oid, _to) b
     where a.cons <> b.cons and not a.one_to_one and not b.one_to_one and (a.cols || b.cols) <@ j.key;
end
$$;
comment on function rest._junction_links(oid, oid, text[]) is
  'Links through a join table, or a view over one.';

create or replace function rest._computed_link(_from oid, _schema text, _target text, _schemas text[])
  returns jsonb
  language plpgsql stable
as $$
begin
  return (
    select jsonb_build_object('kind', 'computed', 'rel', r.oid::bigint,
                              'to_one', not p.proretset or p.prorows = 1,
                              'function', pg_catalog.format('%I.%I', n.nspname, p.proname))
      from pg_catalog.pg_proc p
      join pg_catalog.pg_namespace n on n.oid = p.pronamespace
      join pg_catalog.pg_type t on t.oid = p.prorettype
      join pg_catalog.pg_class r on r.oid = t.typrelid and r.relkind in ('r', 'v', 'm', 'f', 'p')
      join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace
      join pg_catalog.pg_class f on f.oid = _from
     where n.nspname = _schema and p.proname = _target and p.pronargs = 1 and p.proargtypes[0] = f.reltype
       and rn.nspname = any (_schemas)
     limit 1);
end
$$;
comment on function rest._computed_link(oid, text, text, text[]) is
  'A function from the row of a relation to rows of another.';

-- Every link that the target may mean. A target is a relation, a foreign key, or
-- the column that the key is on; the last two name tables only, never views.
create or replace function rest._links(_from oid, _schema text, _target text, _hint text, _schemas text[])
  returns setof jsonb
  language sql stable
as $$
  with tables as (
    select distinct c.oid
      from rest._neighbours(_from) n
      join pg_catalog.pg_class c on c.oid = n.other and c.relkind in ('r', 'p', 'f') and not c.relispartition
      join pg_catalog.pg_namespace s on s.oid = c.relnamespace
     where _hint is null and s.nspname = _schema and (n.cons = _target or _target = any (n.near))
       and c.relname <> _target
    union
    select c.oid from pg_catalog.pg_class c where c.oid = _from and _hint is null and c.relname <> _target),
  named as (select rest._relation(_schema, _target) as oid),
  links as (
    select l.link
      from named d
     cross join lateral rest._direct_links(_from, d.oid) as l(link)
     where d.oid is not null
    union all
    select l.link from tables d cross join lateral rest._direct_links(_from, d.oid) as l(link)
    union all
    select l.link
      from named d
     cross join lateral rest._junction_links(_from, d.oid, _schemas) as l(link)
     where d.oid is not null)
  select l.link || jsonb_build_object('name', c.relname)
    from links l
    join pg_catalog.pg_class c on c.oid = (l.link ->> 'rel')::oid
   cross join lateral (
         select l.link ->> 'kind' as kind, l.link ->> 'cons' as cons,
                c.relname = _target as named, c.oid = _from as self,
                c.relkind in ('v', 'm') as is_view, l.link ->> 'kind' <> 'm2m' as direct,
                case when jsonb_array_length(l.link -> 'cols') = 1 then l.link -> 'cols' ->> 0 end as col,
                case when jsonb_array_length(l.link -> 'refs') = 1 then l.link -> 'refs' ->> 0 end as ref) k
   where case when k.self and _hint is null
              then k.named and k.kind = 'o2m' or k.col = _target and k.kind = 'm2o'
              when k.self then k.named and k.kind = 'o2m' and k.ref = _hint
              when _hint is null
              then k.named or k.direct and not k.is_view and (k.cons = _target or k.col = _target)
              else k.named
                   and (k.direct and (k.cons = _hint or k.col = _hint or k.ref = _hint)
                        or l.link ->> 'jname' = _hint) end
   order by c.relname, array_position(array['o2m', 'm2o', 'o2o', 'm2m'], k.kind),
            l.link ->> 'jname', k.cons, l.link
$$;
comment on function rest._links(oid, text, text, text, text[]) is
  'The links that a target and its hint may mean.';

-- PGRST201: what there is to choose from.
create or replace function rest._fail_ambiguous(_origin text, _target text, _links jsonb)
  returns void
  language plpgsql volatile
as $$
declare
  v_details jsonb;
  v_hint    text;
begin
  select jsonb_agg(jsonb_build_object(
                     'embedding', _origin || ' with ' || (l.link ->> 'name'),
                     'cardinality', case l.link ->> 'kind'
                                      when 'm2m' then 'many-to-many' when 'm2o' then 'many-to-one'
                                      when 'o2o' then 'one-to-one' else 'one-to-many' end,
                     'relationship', case l.link ->> 'kind'
                                       when 'm2m' then (l.link ->> 'jname')
                                         || ' using ' || (l.link ->> 'cons') || k.jcols
                                         || ' and ' || (l.link ->> 'cons2') || k.jrefs
                                       else (l.link ->> 'cons')
                                         || ' using ' || _origin || k.cols
                                         || ' and ' || (l.link ->> 'name') || k.refs end) order by l.at),
         string_agg(quote_literal((l.link ->> 'name') || '!'
                                  || coalesce(l.link ->> 'jname', l.link ->> 'cons')),
                    ', ' order by l.at) into v_details, v_hint
    from jsonb_array_elements(_links) with ordinality as l(link, at)
   cross join lateral (
         select '(' || (select string_agg(x.c, ', ' order by x.at)
                          from jsonb_array_elements_text(l.link -> 'cols') with ordinality as x(c, at))
                    || ')' as cols,
                '(' || (select string_agg(x.c, ', ' order by x.at)
                          from jsonb_array_elements_text(l.link -> 'refs') with ordinality as x(c, at))
                    || ')' as refs,
                '(' || (select string_agg(x.c, ', ' order by x.at)
                          from jsonb_array_elements_text(l.link -> 'jcols') with ordinality as x(c, at))
                    || ')' as jcols,
                '(' || (select string_agg(x.c, ', ' order by x.at)
                          from jsonb_array_elements_text(l.link -> 'jrefs') with ordinality as x(c, at))
                    || ')' as jrefs) k;
  perform rest._fail(
    300, 'PGRST201',
    format('Could not embed because more than one relationship was found for ''%s'' and ''%s''',
           _origin, _target),
    v_details,
    format(
      'Try changing ''%s'' to one of the following: %s. Find the desired relationship in the ''details'' key.', _target, v_hint));
end
$$;
comment on function rest._fail_ambiguous(text, text, jsonb) is
  'Refuses an embed that may mean several links, and lists them.';

-- PGRST200: nothing found; the hint compares with what there is.
create or replace function rest._fail_unrelated(
  _from oid, _origin text, _schema text, _target text, _hint text)
  returns void
  language plpgsql volatile
as $$
declare
  v_known boolean;
  v_among jsonb;
begin
  -- A relation without any link is not known to the hint, as if it did not exist.
  select coalesce(jsonb_agg(distinct c.relname), '[]') into v_among
    from rest._neighbours(_from) n
   cross join lateral (select n.other union all select v.oid from rest._views_over(n.other) as v(oid)
                       -- and what is behind a join table, even one that is not exposed
                       union all select k.confrelid from pg_catalog.pg_constraint k
                                  where n.inward and k.contype = 'f' and k.conrelid = n.other
                                    and k.conname <> n.cons) as o(oid)
    join pg_catalog.pg_class c on c.oid = o.oid
    join pg_catalog.pg_namespace s on s.oid = c.relnamespace and s.nspname = _schema;
  v_known := _from is not null and jsonb_array_length(v_among) > 0;
  if not v_known then    -- compared with relations that have a link within the schema
    select coalesce(jsonb_agg(distinct c.relname), '[]') into v_among
      from pg_catalog.pg_class c
      join pg_catalog.pg_namespace s on s.oid = c.relnamespace and s.nspname = _schema
     where c.relkind in ('r', 'p') and not c.relispartition
       and exists (select from pg_catalog.pg_constraint k
                     join pg_catalog.pg_class o
                       on o.oid = case when c.oid = k.conrelid then k.confrelid else k.conrelid end
                    where k.contype = 'f' and c.oid in (k.conrelid, k.confrelid)
                      and o.relnamespace = c.relnamespace);
  end if;
  perform rest._fail(
    400, 'PGRST200',
    format('Could not find a relationship between ''%s'' and ''%s'' in the schema cache', _origin, _target),
    to_jsonb(format(
      'Searched for a foreign key relationship between ''%s'' and ''%s'' in the schema ''%s'', but no matches were found.',
      _origin, _target || coalesce(''' using the hint ''' || _hint, ''), _schema)),
    null,
    jsonb_build_object('among', v_among, 'min', 0.33, 'word', case when v_known then _target else _origin end,
                       'format', case when v_known
                                      then 'Perhaps you meant ''%s'' instead of ''' || _target || '''.'
                                      else 'Perhaps you meant ''%s'' instead of ''' || _origin || '''.' end));
end
$$;
comment on function rest._fail_unrelated(oid, text, text, text, text) is 'Refuses an embed without any link.';

create or replace function rest._link(
  _from oid, _origin text, _schema text, _target text, _hint text, _schemas text[])
  returns jsonb
  language plpgsql stable
as $$
declare
  v_links    jsonb;
  v_computed constant jsonb := rest._computed_link(_from, _schema, _target, _schemas);
begin
  -- A computed relationship takes the place of those found between the same two.
  if v_computed is not null then
    return v_computed;
  end if;
  select coalesce(jsonb_agg(l.link), '[]') into v_links
    from rest._links(_from, _schema, _target, _hint, _schemas) as l(link);
  if jsonb_array_length(v_links) = 1 then
    return v_links -> 0;
  elsif jsonb_array_length(v_links) = 0 then
    perform rest._fail_unrelated(_from, _origin, _schema, _target, _hint);
  end if;
  perform rest._fail_ambiguous(_origin, _target, v_links);
  return null;
end
$$;
comment on function rest._link(oid, text, text, text, text, text[]) is
  'The one link that an embed means, or a refusal.';
