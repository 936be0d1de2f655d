-- Called by realtime.changes_since only: what an audience sees of a batch. Runs
-- as the login role and becomes the audience's role while filters and judge run,
-- one after the other: never inside a query's loop. Filters come first, so that
-- nobody is judged who wants none of the batch.
create or replace function realtime.judge_batch(
  _batch realtime.batch, _audience realtime.audience, _search_path text default '')
  returns realtime.sight
  language plpgsql volatile
as $$
declare
  v_images constant jsonb[] := _batch.olds || _batch.news;
  v_sight   realtime.sight;
  v_problem text;
  v_filters text;
  v_asked   int[];
begin
  begin
    v_sight := realtime.match_filters(_images => v_images, _audience => _audience,
                                      _search_path => _search_path);
    v_filters := v_sight.problem;
    perform set_config('search_path', _search_path, true), set_config('role', _audience.role, true);
    v_asked := array(
      select distinct s.listener
        from unnest(_audience.listeners, _audience.events, _audience.wanted) as s (listener, event, wanted)
       where (s.event = '*' or s.event = any(_batch.kinds)
              or s.event = 'DELETE' and 'UPDATE' = any(_batch.kinds))
         and (s.wanted = 0 or s.wanted = any(v_sight.matched))
       order by 1);
    execute format($q$
      with judged as materialized (
        select a.listener, j.seen, j.problem
          from pg_catalog.unnest($3) with ordinality as a (listener, n)
          join realtime.%I($1, $2) with ordinality as j (seen, problem, n) using (n)
      ), crowds as materialized (
        select pg_catalog.row_number() over ()::int as crowd, c.seen, c.members
          from (select j.seen, pg_catalog.array_agg(j.listener) as members
                  from judged j
                 where j.seen <> '{}' group by j.seen) c
      )
      select array(select c.crowd from crowds c cross join lateral pg_catalog.unnest(c.members)),
             array(
               select m.member from crowds c cross join lateral pg_catalog.unnest(c.members) as m (member)),
             array(select c.crowd from crowds c cross join lateral pg_catalog.unnest(c.seen)),
             array(
               select s.position from crowds c cross join lateral pg_catalog.unnest(c.seen) as s (position)),
             (select pg_catalog.max(j.problem) from judged j) $q$, _audience.judge)
      into v_sight.crowds, v_sight.members, v_sight.seers, v_sight.positions, v_sight.problem
     using v_images, case cardinality(v_asked) when cardinality(_audience.claims) then _audience.claims
                     else array(select c.claims from unnest(_audience.claims) with ordinality as c (claims, n)
                                 where c.n = any(v_asked) order by c.n) end,
           v_asked;
    v_sight.problem := coalesce(v_sight.problem, v_filters);
  -- what cannot be judged, in time, is not shown, and must not stop the others
  exception when query_canceled or others then
    get stacked diagnostics v_problem = message_text;
    v_sight := null;
    v_sight.problem := v_problem;
  end;
  perform set_config('role', 'none', true), set_config('request.jwt.claims', '', true);
  return v_sight;
end
$$;
comment on function realtime.judge_batch(realtime.batch, realtime.audience, text) is
  'Which images of a batch the listeners of an audience see, and which filters hold for which. '
  'Of what cannot be judged nothing is seen.';
revoke execute on function realtime.judge_batch(realtime.batch, realtime.audience, text) from public;
grant execute on function realtime.judge_batch(realtime.batch, realtime.audience, text) to authenticator;
