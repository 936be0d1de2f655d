-- How many rows there are without limit and offset: filters only. Inner joins
-- and null filters on embeds become exists, for they multiply nothing.
create or replace function rest._count(_node jsonb, _at jsonb)
  returns text
  language plpgsql stable
as $$
declare
  v_where  text[] := array(select jsonb_array_elements_text(_at -> 'conds'));
  v_embeds jsonb := '{}'::jsonb;
  v_embed  jsonb;
  v_exists text;
begin
  for v_embed in select e.embed from jsonb_array_elements(_node -> 'embed') as e(embed) loop
    v_exists := 'exists (' || rest._count(v_embed, rest._place(v_embed, _at)) || ')';
    v_embeds := v_embeds || jsonb_build_object(coalesce(v_embed ->> 'alias', v_embed ->> 'name'),
      jsonb_build_object('there', v_exists, 'gone', 'not ' || v_exists));
    if v_embed ->> 'join' = 'inner' then
      v_where := v_where || v_exists;
    end if;
  end loop;
  v_where := v_where || array(
    select rest._logic(_at ->> 'q', (_node ->> 'rel')::oid, w.tree, v_embeds)
      from jsonb_array_elements(_node -> 'where') with ordinality as w(tree, at) order by w.at);
  return 'select 1 from ' || (_at ->> 'from')
    || case when cardinality(v_where) > 0 then ' where ' || array_to_string(v_where, ' and ') else '' end;
end
$$;
comment on function rest._count(jsonb, jsonb) is 'A query with a row for each row that the filters leave.';
