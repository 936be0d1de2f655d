-- What the statements of all operations share: types, counts, what functions asked for.

-- Literals that the statement does not use still need a type.
create or replace function rest._types(_sql text, _shape jsonb, _bytea int)
  returns jsonb
  language plpgsql immutable
as $$
begin
  return (
    with used as (
      select distinct m.part[1]::int as n
        from regexp_matches(_sql, '\$(\d+)', 'g') as m(part)
       where length(m.part[1]) < 6)
    select coalesce(jsonb_agg(case when n.n = _bytea then 17
                                   when n.n in (select u.n from used u) then 0
                                   else 25 end order by n.n), '[]')
      from generate_series(1, coalesce((_shape ->> 'lits')::int, 0)) as n(n));
end
$$;
comment on function rest._types(text, jsonb, int) is 'Type oids of a statement''s parameters.';

create or replace function rest._fail_no_table(_schema text, _name text)
  returns void
  language plpgsql volatile
as $$
declare
  v_among jsonb;
begin
  select coalesce(jsonb_agg(c.relname), '[]') into v_among
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where n.nspname = _schema and c.relkind in ('r', 'v', 'm', 'f', 'p') and not c.relispartition;
  perform rest._fail(
    404, 'PGRST205',
    format('Could not find the table ''%s.%s'' in the schema cache', _schema, _name),
    null, null,
    case when jsonb_array_length(v_among) < 500
         then jsonb_build_object('word', _name, 'among', v_among, 'min', 0.75,
                                 'format', 'Perhaps you meant the table ''' || _schema || '.%s''') end);
end
$$;
comment on function rest._fail_no_table(text, text) is 'Refuses a table that is not there.';

create or replace function rest._check_preferences(_shape jsonb)
  returns void
  language plpgsql stable
as $$
begin
  if _shape ? 'strict' then
    perform rest._fail(400, 'PGRST122', 'Invalid preferences given with handling=strict',
                       to_jsonb('Invalid preferences: ' || (_shape ->> 'strict')));
  end if;
end
$$;
comment on function rest._check_preferences(jsonb) is
  'Refuses preferences that handling=strict does not let pass.';

-- Headers and status that the user's functions asked for.
create or replace function rest._asked()
  returns text
  language sql immutable
as $$
  select 'nullif(current_setting(''response.headers'', true), '''') as headers, nullif(current_setting(''response.status'', true), '''') as status'
$$;
comment on function rest._asked() is 'Select items for response.headers and response.status.';

-- The row count of a statement, left behind for rest.check_affected where it can abort.
create or replace function rest._page(_shape jsonb, _count text)
  returns text
  language sql immutable
as $$
  select case when _shape ? 'check' then 'set_config(''rest.affected'', ' || _count || '::text, true)::bigint'
              else _count end
$$;
comment on function rest._page(jsonb, text) is 'The expression of the number of rows.';

create or replace function rest._plan_prefix(_handler jsonb)
  returns text
  language sql immutable
as $$
  select case
    when _handler ? 'plan'
    then 'explain (format ' || case _handler -> 'plan' ->> 'plan' when 'json' then 'json' else 'text' end
         || coalesce((select string_agg(', ' || case o.name
                                                  when 'analyze' then 'analyze' when 'verbose' then 'verbose'
                                                  when 'settings' then 'settings'
                                                  when 'buffers' then 'buffers' when 'wal' then 'wal' end, '')
                        from jsonb_array_elements_text(_handler -> 'plan' -> 'options') as o(name)), '')
         || ') '
    else '' end
$$;
comment on function rest._plan_prefix(jsonb) is 'explain, where a plan was asked for.';

create or replace function rest._default_select(_node jsonb)
  returns boolean
  language sql immutable
as $$
  select coalesce(jsonb_array_length(_node -> 'select'), 0) = 1 and _node -> 'select' -> 0 ->> 'name' = '*'
     and not _node -> 'select' -> 0 ? 'agg' and not _node ? 'embed'
$$;
comment on function rest._default_select(jsonb) is 'Whether all of the row is selected and nothing else.';
