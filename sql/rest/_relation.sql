-- Relations as the API sees them: by schema and name, their columns, their key.

create or replace function rest._relation(_schema text, _name text)
  returns oid
  language plpgsql stable
as $$
begin
  return (
    select c.oid
      from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where n.nspname = _schema and c.relname = _name
       and c.relkind in ('r', 'v', 'm', 'f', 'p') and not c.relispartition);
end
$$;
comment on function rest._relation(text, text) is
  'The table or view of that name; partitions are not exposed.';

create or replace function rest._qualified(_rel oid)
  returns text
  language plpgsql stable
as $$
begin
  return (
    select pg_catalog.format('%I.%I', n.nspname, c.relname)
      from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.oid = _rel);
end
$$;
comment on function rest._qualified(oid) is 'schema.name of a relation, quoted.';

-- A view's columns and the columns they come from, one step down. The parser
-- notes a target entry's origin (resorigtbl, resorigcol) in the stored rule;
-- entries of subqueries lie deeper than those of the view itself, so the depth
-- of braces tells them apart. Escaped characters are matched first, to skip them.
create or replace function rest._view_columns(_view oid)
  returns table (num smallint, base oid, base_num smallint)
  language sql stable
as $$
  with marks as (
    select m.part, m.at
      from pg_catalog.pg_rewrite r
     cross join lateral pg_catalog.regexp_matches(r.ev_action::text,
                                                  '(\\.)|([{}])|:resno (\d+) :resname (?:\\.|[^ ])+ :ressortgroupref \d+ :resorigtbl (\d+) :resorigcol (\d+)',
                                                  'g') with ordinality as m(part, at)
     where r.ev_class = _view and r.ev_type = '1'),
  deep as (
    select k.part,
           sum(case k.part[2] when '{' then 1 when '}' then -1 else 0 end) over (order by k.at) as depth
      from marks k)
  select d.part[3]::smallint, d.part[4]::oid, d.part[5]::smallint
    from deep d
   where d.depth = 2 and d.part[3] is not null and d.part[4] <> '0'
$$;
comment on function rest._view_columns(oid) is 'Where each column of a view comes from, one step down.';

create or replace function rest._origins(_rel oid)
  returns table (col name, base oid, num smallint)
  language sql stable
as $$
  with recursive walk as (
    select a.attname as col, _rel as base, a.attnum as num, array[_rel] as path
      from pg_catalog.pg_attribute a
     where a.attrelid = _rel and a.attnum > 0 and not a.attisdropped
    union all
    select w.col, v.base, v.base_num, w.path || v.base
      from walk w
      join pg_catalog.pg_class c on c.oid = w.base and c.relkind in ('v', 'm')
     cross join lateral rest._view_columns(w.base) v
     where v.num = w.num and v.base <> all (w.path))
  select w.col, w.base, w.num from walk w
$$;
comment on function rest._origins(oid) is
  'Each column with every table or view column that it is, down to the tables.';

create or replace function rest._key(_rel oid)
  returns text[]
  language plpgsql stable
as $$
begin
  return (
    select coalesce(array_agg(k.col order by k.conname, k.sort), '{}')
      from (select c.conname, c.conkey, min(o.col)::text as col,
                   case when r.relkind in ('r', 'p') then min(o.col)::text
                        else lpad(p.ord::text, 4, '0') end as sort,
                   count(*) over (partition by c.oid) as found
              from pg_catalog.pg_class r
             cross join lateral rest._origins(r.oid) o
              join pg_catalog.pg_constraint c on c.conrelid = o.base and c.contype = 'p'
             cross join lateral unnest(c.conkey) with ordinality as p(num, ord)
             where r.oid = _rel and p.num = o.num
             group by r.relkind, c.oid, c.conname, c.conkey, p.num, p.ord) k
     where k.found = cardinality(k.conkey));
end
$$;
comment on function rest._key(oid) is
  'Primary key columns of a table, or of a view that shows all of its table''s key.';

create or replace function rest._column_type(_rel oid, _name text)
  returns oid
  language plpgsql stable
as $$
begin
  return (
    select a.atttypid
      from pg_catalog.pg_attribute a
     where a.attrelid = _rel and a.attname = _name and a.attnum > 0 and not a.attisdropped);
end
$$;
comment on function rest._column_type(oid, text) is
  'The type of a column; null when there is none of that name.';

create or replace function rest._base_type(_type oid)
  returns oid
  language plpgsql stable
as $$
begin
  return (
    with recursive step as (
      select t.oid, t.typbasetype from pg_catalog.pg_type t where t.oid = _type
      union all
      select t.oid, t.typbasetype from step s join pg_catalog.pg_type t on t.oid = s.typbasetype)
    select s.oid from step s where s.typbasetype = 0);
end
$$;
comment on function rest._base_type(oid) is 'The type under a domain, all the way down.';

-- Representations: an implicit cast by function between a domain and json or
-- text says how values of the domain look on the wire.
create or replace function rest._representation(_from oid, _to oid)
  returns text
  language plpgsql stable
as $$
begin
  return (
    select pg_catalog.format('%I.%I', n.nspname, p.proname)
      from pg_catalog.pg_cast c
      join pg_catalog.pg_proc p on p.oid = c.castfunc
      join pg_catalog.pg_namespace n on n.oid = p.pronamespace
     where c.castsource = _from and c.casttarget = _to and c.castcontext = 'i' and c.castmethod = 'f'
       and pg_catalog.has_function_privilege(session_user, c.castfunc, 'execute')
       and exists (select from pg_catalog.pg_type t where t.oid in (_from, _to) and t.typtype = 'd'));
end
$$;
comment on function rest._representation(oid, oid) is
  'The function that turns one representation of a domain into the other.';
