-- Second pass: a resolved select tree as a query. A node's place (_at) says from
-- where it reads: {from, q (qualifies its columns), row (its whole row), conds, items (further columns)}.
-- Embeds are lateral joins. The answer is {sql, out}: out names the columns for
-- a spread in the node above, with the aggregates that are hoisted into it.

-- Where an embed reads from, and what ties it to the row above.
create or replace function rest._place(_embed jsonb, _parent jsonb)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_link  constant jsonb := _embed -> 'link';
  v_table constant text := rest._qualified((_embed ->> 'rel')::oid);
  v_alias text := quote_ident((_embed ->> 'title') || '_' || (_embed ->> 'depth'));
  v_join  text;
  v_conds text[];
begin
  case v_link ->> 'kind'
  when 'computed' then
    return jsonb_build_object('q', v_alias, 'row', v_alias, 'conds', '[]'::jsonb, 'type', v_table,
                              'from', format('%s(%s::%s) as %s', v_link ->> 'function',
                                             _parent ->> 'row', _parent ->> 'type', v_alias));
  when 'm2m' then
    v_alias := case when quote_ident(_embed ->> 'title')
                         in (_parent ->> 'row', quote_ident(v_link ->> 'jname')) then v_alias
                    else quote_ident(_embed ->> 'title') end;
    v_join := case when quote_ident(v_link ->> 'jname') = _parent ->> 'row'
                   then quote_ident((v_link ->> 'jname') || '_j' || (_embed ->> 'depth'))
                   else quote_ident(v_link ->> 'jname') end;
    select array_agg(a.l || ' = ' || a.r) into v_conds
      from (select *
              from unnest(rest._column_list(v_link -> 'refs', v_alias),
                          rest._column_list(v_link -> 'jrefs', v_join)) as x(l, r)
            union all
            select *
              from unnest(rest._column_list(v_link -> 'cols', _parent ->> 'q'),
                          rest._column_list(v_link -> 'jcols', v_join)) as x(l, r)) a;
    return jsonb_build_object('q', v_alias, 'row', v_alias, 'conds', to_jsonb(v_conds), 'type', v_table,
                              'from', format('%s as %s, %s as %s', v_table, v_alias,
                                             rest._qualified((v_link ->> 'junction')::oid), v_join));
  else
    select array_agg(x.l || ' = ' || x.r) into v_conds
      from unnest(rest._column_list(v_link -> 'refs', v_alias),
                  rest._column_list(v_link -> 'cols', _parent ->> 'q')) as x(l, r);
    return jsonb_build_object('q', v_alias, 'row', v_alias, 'conds', to_jsonb(v_conds), 'type', v_table,
      'from', v_table || ' as ' || v_alias);
  end case;
end
$$;
comment on function rest._place(jsonb, jsonb) is 'From and join conditions of an embed.';

-- One embed: {join, items (select items above), groups, out}.
create or replace function rest._render_embed(_embed jsonb, _at jsonb, _grouped boolean, _hoist boolean)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_alias  constant text := _embed ->> 'join_alias';
  v_name   constant text := coalesce(_embed ->> 'alias', _embed ->> 'name');
  v_inner  constant boolean := _embed ->> 'join' is not distinct from 'inner';
  v_query  constant jsonb := rest._render(_embed, rest._place(_embed, _at), _grouped);
  v_sub    text := v_query ->> 'sql';
  v_on     text := 'true';
  v_items  text[] := array[]::text[];
  v_groups text[] := array[]::text[];
  v_out    jsonb := '[]'::jsonb;
  v_col    jsonb;
begin
  if _embed ->> 'spread' = 'many' then
    v_sub := 'select json_agg(' || v_alias || ')::jsonb as ' || v_alias || coalesce((
        select string_agg(', coalesce(json_agg(' || v_alias || '.' || quote_ident(c.col ->> 'n')
                          || coalesce(' order by ' || (v_query ->> 'order'), '')
                          || '), ''[]'')::jsonb as ' || quote_ident(c.col ->> 'n'), '' order by c.at)
          from jsonb_array_elements(v_query -> 'out') with ordinality as c(col, at)), '')
      || ' from (' || v_sub || ') as ' || v_alias;
    v_on := case when v_inner then v_alias || ' is not null' else v_on end;
  elsif _embed ->> 'spread' is null and not (_embed -> 'link' ->> 'to_one')::boolean then
    v_sub := 'select json_agg(' || v_alias || ')::jsonb as ' || v_alias
      || ' from (' || v_sub || ') as ' || v_alias;
    v_on := case when v_inner then v_alias || ' is not null' else v_on end;
  end if;
  if _embed ->> 'spread' is not null then
    for v_col in select c.col from jsonb_array_elements(v_query -> 'out') as c(col) loop
      -- A spread inside a spread hands its aggregates on; the first node that is none applies them.
      if _hoist or not v_col ? 'agg' then
        v_items := v_items || case when v_col ->> 'n' = '*' then v_alias || '.*'
                                   else v_alias || '.' || quote_ident(v_col ->> 'n') end;
        v_groups := v_groups || (v_alias || '.' || quote_ident(v_col ->> 'n'));
      else
        v_items := v_items
          || (rest._aggregate(v_alias || '.' || quote_ident(v_col ->> 'n'), v_col ->> 'agg', v_col ->> 'cast')
              || coalesce(' as ' || quote_ident(v_col ->> 'alias'), ''));
      end if;
    end loop;
    v_out := v_query -> 'out';
  elsif not rest._is_empty_embed(_embed) then
    v_items := array[
      case when (_embed -> 'link' ->> 'to_one')::boolean then 'row_to_json(' || v_alias || '.*)::jsonb'
           else 'coalesce(' || v_alias || '.' || v_alias || ', ''[]'')' end || ' as ' || quote_ident(v_name)];
    v_groups := array[quote_ident(v_name)];
    v_out := jsonb_build_array(jsonb_build_object('n', v_name));
  end if;
  return jsonb_build_object('items', to_jsonb(v_items), 'groups', to_jsonb(v_groups), 'out', v_out,
                            'join', case when v_inner then ' join lateral (' else ' left join lateral (' end
                                    || v_sub || ') as ' || v_alias || ' on ' || v_on);
end
$$;
comment on function rest._render_embed(jsonb, jsonb, boolean, boolean) is
  'An embed as a lateral join and what it adds to the select.';

create or replace function rest._render(_node jsonb, _at jsonb, _grouped boolean)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_rel     constant oid := (_node ->> 'rel')::oid;
  v_q       constant text := _at ->> 'q';
  v_spread  constant text := _node ->> 'spread';
  v_hoist   constant boolean := v_spread is not distinct from 'one';
  v_agg     boolean := jsonb_path_exists(_node, '$.select[*].agg');
  v_expand  constant boolean := _grouped or v_agg or v_spread is not distinct from 'many';
  v_embeds  jsonb := '{}'::jsonb;
  v_items   text[] := array[]::text[];
  v_groups  text[] := array[]::text[];
  v_joins   text := '';
  v_where   text[] := array(select jsonb_array_elements_text(_at -> 'conds'));
  v_out     jsonb := '[]'::jsonb;
  v_order   text;
  v_field   jsonb;
  v_alias   text;
  v_sql     text;
  v_part    jsonb;
begin
  for v_field in select f.field from jsonb_array_elements(rest._fields(_node, v_expand)) as f(field) loop
    v_alias := rest._field_alias(v_field, v_spread is not null);
    if v_field ? 'agg' and v_field ->> 'name' = '*' and v_spread is not null then
      v_sql := _at ->> 'row';
    elsif v_field ? 'agg' and v_field ->> 'name' = '*' then
      v_sql := v_q || '.*';
    else
      v_sql := rest._field(v_q, v_rel, v_field);
    end if;
    v_part := to_jsonb(rest._representation(rest._column_type(v_rel, v_field ->> 'name'), 'json'::regtype));
    if v_part is not null then
      v_sql := (v_part #>> '{}') || '(' || v_sql || ')';
      v_alias := coalesce(v_alias, case when not v_field ? 'agg' then v_field ->> 'name' end);
    end if;
    v_sql := rest._cast(v_sql, v_field ->> 'cast');
    if v_field ? 'agg' and not v_hoist then
      v_sql := rest._aggregate(v_sql, v_field ->> 'agg', v_field ->> 'aggcast');
    elsif not v_field ? 'agg' then
      v_groups := v_groups || coalesce(quote_ident(v_alias), v_sql);
    end if;
    v_items := v_items || (v_sql || coalesce(' as ' || quote_ident(v_alias), ''));
    continue when not _node ? 'select';    -- an empty spread brings no column
    v_out := v_out || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
      'n', coalesce(v_alias, v_field ->> 'name'), 'agg', case when v_hoist then v_field ->> 'agg' end,
      'cast', v_field ->> 'aggcast', 'alias', case when v_field ? 'agg' then v_alias end)));
  end loop;
  if v_hoist then
    v_agg := false;
  end if;
  for v_field in select e.embed from jsonb_array_elements(_node -> 'embed') as e(embed) loop
    v_part := rest._render_embed(v_field, _at, v_expand, v_hoist);
    v_agg := v_agg
      or not v_hoist and v_field ->> 'spread' is not null and jsonb_path_exists(v_part, '$.out[*].agg');
    v_items := v_items || array(select jsonb_array_elements_text(v_part -> 'items'));
    v_groups := v_groups || array(select jsonb_array_elements_text(v_part -> 'groups'));
    v_joins := v_joins || (v_part ->> 'join');
    -- What was aggregated here is a plain column to those above.
    v_out := v_out || case when v_hoist then v_part -> 'out'
                           else (select coalesce(jsonb_agg(o.col - 'agg' - 'cast' - 'alias'), '[]')
                                   from jsonb_array_elements(v_part -> 'out') as o(col)) end;
    v_alias := v_field ->> 'join_alias';
    v_embeds := v_embeds || jsonb_build_object(
      coalesce(v_field ->> 'alias', v_field ->> 'name'),
      jsonb_build_object('alias', v_alias, 'there', v_alias || ' is distinct from null',
                         'gone', v_alias || ' is not distinct from null'));
  end loop;
  if v_spread = 'many' and v_agg then
    perform rest._fail(400, 'PGRST127', 'Feature not implemented',
      '"Aggregates are not implemented for one-to-many or many-to-many spreads."');
  end if;
  v_where := v_where || array(
    select rest._logic(v_q, v_rel, w.tree, v_embeds)
      from jsonb_array_elements(_node -> 'where') with ordinality as w(tree, at) order by w.at);
  if _node ? 'order' then
    v_order := rest._order(v_q, v_rel, _node -> 'order', v_embeds);
    if v_spread = 'many' then
      v_part := rest._spread_order(_node -> 'order', v_q, v_rel, v_embeds, _node ->> 'join_alias');
      v_items := v_items || array(select jsonb_array_elements_text(v_part -> 'items'));
      v_sql := v_order;
      v_order := v_part ->> 'order';
    end if;
  end if;
  v_items := v_items || array(select jsonb_array_elements_text(_at -> 'items'));
  return jsonb_build_object(
    'out', v_out, 'order', v_order,
    'sql', 'select ' || array_to_string(v_items, ', ') || ' from ' || (_at ->> 'from') || v_joins
           || case when cardinality(v_where) > 0 then ' where ' || array_to_string(v_where, ' and ')
                   else '' end
           || case when v_agg and cardinality(v_groups) > 0
                   then ' group by ' || array_to_string(v_groups, ', ')
                   else '' end
           || case when v_order is not null and (v_spread = 'many') is not true then ' order by ' || v_order
                   when v_order is not null and _node ?| array['limit', 'offset'] then ' order by ' || v_sql
                   else '' end
           || coalesce(' limit $' || (_node ->> 'limit')::int, '')
           || coalesce(' offset $' || (_node ->> 'offset')::int, ''));
end
$$;
comment on function rest._render(jsonb, jsonb, boolean) is 'A resolved select tree as a query.';

-- A spread into arrays is ordered where it is aggregated, by columns selected for it.
create or replace function rest._spread_order(
  _order jsonb, _q text, _rel oid, _embeds jsonb, _join_alias text)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_term  jsonb;
  v_items text[] := array[]::text[];
  v_order text[] := array[]::text[];
  v_n     int := 0;
begin
  for v_term in select t.term from jsonb_array_elements(_order) as t(term) loop
    v_n := v_n + 1;
    v_items := v_items
      || (case when v_term ? 'rel' then rest._field(_embeds -> (v_term ->> 'rel') ->> 'alias', null, v_term)
               else rest._field(_q, _rel, v_term) end || ' as spread_order_' || v_n);
    v_order := v_order || (_join_alias || '.spread_order_' || v_n
      || case v_term ->> 'dir' when 'asc' then ' asc' when 'desc' then ' desc' else '' end
      || case v_term ->> 'nulls' when 'first' then ' nulls first' when 'last' then ' nulls last' else '' end);
  end loop;
  return jsonb_build_object('items', to_jsonb(v_items), 'order', array_to_string(v_order, ', '));
end
$$;
comment on function rest._spread_order(jsonb, text, oid, jsonb, text) is
  'Order terms of a spread into arrays.';
