-- Prefer: explain=rls, in development: which policies a read meets, and which of
-- them hide which row. A role that bypasses row level security fetches the rows
-- that the filters leave; then the policies are evaluated over these as the
-- caller, so that what a policy looks up is subject to the caller's own rights.
-- Filters of embeds are left aside.

-- A row of policies for select: {policy, permissive, roles, applies, expression, passes}.
create or replace function rest._rls_policies(_rel oid)
  returns text
  language sql stable
as $$
  select coalesce('json_build_array('
                  || string_agg(format(
                    'json_build_object(''policy'', %L, ''permissive'', %L::boolean, ''roles'', %L::json, ''expression'', %L,'
                    || ' ''applies'', %s, ''passes'', case when %5$s then coalesce((%s), false) end)',
                    p.polname, p.polpermissive, r.names, coalesce(e.qual, 'true'),
                    r.applies, coalesce(e.qual, 'true')), ', ' order by p.polname)
                  || ')', '''[]''::json')
    from pg_catalog.pg_policy p
   cross join lateral (select pg_catalog.pg_get_expr(p.polqual, p.polrelid) as qual) e
   cross join lateral (
         select json_agg(coalesce(a.rolname, 'public') order by a.rolname) as names,
                coalesce(string_agg('pg_catalog.pg_has_role(' || quote_literal(a.rolname) || ', ''usage'')',
                                    ' or '), 'true') as applies
           from unnest(p.polroles) as m(oid) left join pg_catalog.pg_roles a on a.oid = m.oid) r
   where p.polrelid = _rel and p.polcmd in ('r', '*')
$$;
comment on function rest._rls_policies(oid) is
  'An expression that evaluates a table''s policies for select over one of its rows.';

create or replace function rest._compile_rls(_shape jsonb, _node jsonb, _at jsonb)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_rel    constant oid := (_node ->> 'rel')::oid;
  v_key    constant text[] := rest._key(v_rel);
  v_name   constant text := quote_ident(_node ->> 'title');
  v_bypass text;
  v_table  record;
  v_steps  text[];
  v_sql    text;
begin
  select c.relrowsecurity as enabled, c.relforcerowsecurity as forced, c.relowner as owner, c.relkind as kind
    into v_table from pg_catalog.pg_class c where c.oid = v_rel;
  select r.rolname::text into v_bypass from pg_catalog.pg_roles r
   where r.rolbypassrls and not r.rolsuper and pg_catalog.pg_has_role(session_user, r.oid, 'member')
   order by r.rolname = 'service_role' desc, r.rolname limit 1;
  if v_table.kind not in ('r', 'p') or v_bypass is null then
    perform rest._fail(400, 'PGRST127', 'Feature not implemented', to_jsonb(
      case when v_bypass is null then
        'The login role may become no role that bypasses row level security, which alone sees what is hidden.'
      else format('''%s'' is no table: policies belong to tables.', _node ->> 'title') end));
  end if;
  v_steps := array[
    format(
      'select set_config(''rest.caller'', current_setting(''role''), true), set_config(''rest.affected'', ''0'', true), set_config(''role'', %L, true)', v_bypass),
    'select set_config(''rest.rows'', (select coalesce(json_agg(h), ''[]'')::text from (select * from ('
      || (rest._render(_node - 'embed' || '{"select": [{"name": "*"}]}', _at, false) ->> 'sql')
      || ') h limit 20) h), true)',
    'select set_config(''role'', current_setting(''rest.caller''), true)'];
  v_sql := 'with h_caller as (select r.rolname, r.rolbypassrls or r.rolsuper or not ' || v_table.enabled
    || ' or (not ' || v_table.forced || ' and pg_catalog.pg_has_role(' || v_table.owner
    || '::oid, ''usage'')) as free from pg_catalog.pg_roles r where r.rolname = current_user),'
    || ' h_rows as (select '
    || case when cardinality(v_key) = 0 then 'row_to_json(' || v_name || ')'
            else 'json_build_object('
                 || (select string_agg(quote_literal(k.name) || ', ' || v_name || '.' || quote_ident(k.name),
                                       ', ')
                       from unnest(v_key) as k(name))
                 || ')' end
    || ' as row, ' || rest._rls_policies(v_rel) || ' as policies from json_populate_recordset(null::'
    || rest._qualified(v_rel) || ', current_setting(''rest.rows'')::json) as ' || v_name
    || ')' || ' select null::bigint as total, 1::bigint as page, json_build_object(''table'', '
    || quote_literal(rest._qualified(v_rel)) || ', ''role'', c.rolname,'
    || ' ''granted'', pg_catalog.has_table_privilege(' || v_rel
    || '::oid, ''select'') or pg_catalog.has_any_column_privilege(' || v_rel
    || '::oid, ''select''),' || ' ''row_security'', ' || v_table.enabled
    || ', ''bypassed'', c.free, ''rows'', (select coalesce(json_agg(json_build_object(''row'', r.row, ''visible'', c.free or ('
    || 'select coalesce(bool_or((p ->> ''passes'')::boolean) filter (where (p ->> ''permissive'')::boolean), false)'
    || ' and coalesce(bool_and((p ->> ''passes'')::boolean) filter (where not (p ->> ''permissive'')::boolean), true)'
    || ' from json_array_elements(r.policies) as p where (p ->> ''applies'')::boolean), ''policies'', r.policies)), ''[]'') from h_rows r)) as body, '
    || rest._asked() || ' from h_caller c';
  return jsonb_build_object(
    'media', 'application/json', 'sql', v_sql, 'types', rest._types(v_sql, _shape, null),
    'read_only', true, 'columns', 5,
    'steps', (select jsonb_agg(jsonb_build_object('sql', s.sql, 'types', rest._types(s.sql, _shape, null))
                               order by s.at)
                from unnest(v_steps) with ordinality as s(sql, at)));
end
$$;
comment on function rest._compile_rls(jsonb, jsonb, jsonb) is 'GET of a table, explained by its policies.';
