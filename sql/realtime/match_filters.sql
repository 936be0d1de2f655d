-- Called by realtime.judge_batch only. Runs as the login role and becomes the
-- audience's role, because a type may bring functions of its own.
create or replace function realtime.match_filters(
  _images jsonb[], _audience realtime.audience, _search_path text default '')
  returns realtime.sight
  language plpgsql volatile
as $$
declare
  v_sight realtime.sight;
  v_these int[];
  v_one   int;
  v_found int[];
  v_held  int[];
begin
  perform set_config('search_path', _search_path, true), set_config('role', _audience.role, true);
  for v_shape in 1 .. cardinality(_audience.shape_sql) loop
    v_these := array(select s.i::int
                       from unnest(_audience.shapes) with ordinality as s (shape, i)
                      where s.shape = v_shape order by s.i);
    begin
      execute _audience.shape_sql[v_shape]
        into v_found, v_held
            using v_these,
             array(select f.filter
                     from unnest(_audience.filters) with ordinality as f (filter, i)
                    where f.i = any(v_these) order by f.i),
             _images;
      v_sight.matched := v_sight.matched || v_found;
      v_sight.matches := v_sight.matches || v_held;
    exception when others then -- one filter's failure must not hide its neighbours
      foreach v_one in array v_these loop
        begin
          execute _audience.shape_sql[v_shape]
            into v_found, v_held using array[v_one], _audience.filters[v_one:v_one], _images;
          v_sight.matched := v_sight.matched || v_found;
          v_sight.matches := v_sight.matches || v_held;
        exception when others then
          get stacked diagnostics v_sight.problem = message_text;
        end;
      end loop;
    end;
  end loop;
  perform set_config('role', 'none', true);
  return v_sight;
end
$$;
comment on function realtime.match_filters(jsonb[], realtime.audience, text) is
  'Which filters of an audience hold for which images. One that raises holds for none.';
revoke execute on function realtime.match_filters(jsonb[], realtime.audience, text) from public;
grant execute on function realtime.match_filters(jsonb[], realtime.audience, text) to authenticator;
