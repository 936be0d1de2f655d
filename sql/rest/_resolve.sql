-- First pass over a select tree: each embed finds its link. Answers the node
-- with rel (oid), title (its name in messages), and for embeds link, alias of
-- the joined subquery and how it spreads. All refusals about embeds are here.
create or replace function rest._resolve(_node jsonb, _rel oid, _title text, _depth int, _ctx jsonb)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_schemas constant text[] := array(select jsonb_array_elements_text(_ctx -> 'schemas'));
  v_embed   jsonb;
  v_link    jsonb;
  v_embeds  jsonb := '[]'::jsonb;
  v_far     oid;
  v_title   text;
  v_alias   text;
begin
  if not (_ctx ->> 'aggregates')::boolean and jsonb_path_exists(_node, '$.select[*].agg') then
    perform rest._fail(400, 'PGRST123', 'Use of aggregate functions is not allowed');
  end if;
  for v_embed in select e.embed from jsonb_array_elements(_node -> 'embed') as e(embed) loop
    v_link := rest._link(_rel, _title, _ctx ->> 'schema', v_embed ->> 'name', v_embed ->> 'hint', v_schemas);
    v_far := (v_link ->> 'rel')::oid;
    select c.relname::text into v_title from pg_catalog.pg_class c where c.oid = v_far;
    v_alias := concat_ws('_', _title, coalesce(v_embed ->> 'alias', v_embed ->> 'name'), _depth + 1);
    if octet_length(v_alias) > 63 then
      v_alias := 'embed_' || md5(v_alias);
    end if;
    v_embeds := v_embeds || jsonb_build_array(
      rest._resolve(v_embed, v_far, v_title, _depth + 1, _ctx) || jsonb_build_object(
        'link', v_link, 'join_alias', quote_ident(v_alias),
        'spread', case when v_embed ? 'spread'
                       then case when (v_link ->> 'to_one')::boolean then 'one' else 'many' end end));
  end loop;
  perform rest._check_related_order(_node, _title, v_embeds);
  if jsonb_array_length(v_embeds) > 0 then
    _node := _node || jsonb_build_object('embed', v_embeds);
  end if;
  return _node || jsonb_build_object('rel', _rel::bigint, 'title', _title, 'depth', _depth);
end
$$;
comment on function rest._resolve(jsonb, oid, text, int, jsonb) is
  'Finds the link of every embed in a select tree.';

create or replace function rest._check_related_order(_node jsonb, _title text, _embeds jsonb)
  returns void
  language plpgsql stable
as $$
declare
  v_name  text;
  v_embed jsonb;
begin
  for v_name in
    select o.term ->> 'rel' from jsonb_array_elements(_node -> 'order') as o(term) where o.term ? 'rel'
  loop
    select e.embed into v_embed
      from jsonb_array_elements(_embeds) as e(embed)
     where coalesce(e.embed ->> 'alias', e.embed ->> 'name') = v_name
     limit 1;
    if v_embed is null then
      perform rest._fail(400, 'PGRST108',
                         format('''%s'' is not an embedded resource in this request', v_name), null,
                         format('Verify that ''%s'' is included in the ''select'' query parameter.', v_name));
    elsif not (v_embed -> 'link' ->> 'to_one')::boolean then
      perform rest._fail(400, 'PGRST118', format('A related order on ''%s'' is not possible', v_name),
        to_jsonb(format('''%s'' and ''%s'' do not form a many-to-one or one-to-one relationship',
                        _title, v_name)));
    end if;
  end loop;
end
$$;
comment on function rest._check_related_order(jsonb, text, jsonb) is
  'Refuses an order by what is not embedded, or is not one row.';
