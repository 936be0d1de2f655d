-- Called by the table's owner, in psql or in a migration: security invoker, so
-- that PostgreSQL itself checks that it is. A trigger with transition tables
-- serves one event, hence four. A statement that names a partition fires the
-- partition's triggers only, hence all partitions get them too: those that are
-- there here, later ones by realtime.follow_partitions.
create or replace function realtime.enable(_table regclass, _owner_column name default null)
  returns void
  language plpgsql volatile
  set search_path = '' set client_min_messages = 'warning'
as $$
declare
  v_kind  constant "char" := (select c.relkind from pg_catalog.pg_class c where c.oid = _table);
  v_table regclass;
begin
  if (v_kind in ('r', 'p')) is not true then
    raise exception using errcode = 'PT400', constraint = 'not_a_table',
      message = format('%s is no table.', _table), hint = 'Views and foreign tables have no changes to tell.';
  end if;
  if _owner_column is not null
     and not exists (
       select from pg_catalog.pg_attribute a
        where a.attrelid = _table and a.attname = _owner_column and a.attnum > 0) then
    raise exception using
      errcode = 'PT400', constraint = 'unknown_column',
      message = format('%s has no column %I.', _table, _owner_column),
      hint = 'Name the column that holds the owner''s user id.';
  end if;
  perform realtime.disable(_table);
  foreach v_table in array array(
    select coalesce(p.relid, _table) from (select) as always
      left join pg_catalog.pg_partition_tree(_table) p on true)
  loop
    perform realtime._attach(v_table, coalesce(_owner_column, ''), v_table <> _table);
  end loop;
end
$$;
comment on function realtime.enable(regclass, name) is
  'Tells subscribers what changes in a table, as far as its select policies and column privileges show it to them. With an owner column,
only to whose user id it holds. Call it as the table''s owner. Partitions that are added later are told, too.';
revoke execute on function realtime.enable(regclass, name) from public;
