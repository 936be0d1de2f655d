-- A filter without its values: filters of one shape are matched by one
-- statement. The value of `is` is a word of SQL and stays.
create or replace function realtime._shape(_filter jsonb)
  returns jsonb
  language sql immutable strict parallel safe
as $$
  select pg_catalog.jsonb_agg(case t.term ->> 'op' when 'is' then t.term else t.term - 'value' end
                              order by t.position)
    from pg_catalog.jsonb_array_elements(_filter) with ordinality as t (term, position)
$$;
revoke execute on function realtime._shape(jsonb) from public;
