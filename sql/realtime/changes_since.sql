-- The one call of a node's feed: what is new in the outbox and who may see it.
-- Runs as the login role and becomes each audience's role while its judge and
-- its filters run, one after the other: never inside a query's loop. The
-- transaction that calls it must do nothing else: role, claims and search_path
-- stay set until it ends, the role as the login role's own.
-- The last row has no id and kind CURSOR: the place to go on from.
create or replace function realtime.changes_since(
  _node uuid, _prev text, _cur text default null, _last bigint default 0, _limit int default 500,
  _only bigint[] default null, _search_path text default '')
  returns table (id bigint, xid text, kind text, subscriptions bigint[], data text)
  language plpgsql volatile
as $$
declare
  v_read      record;
  v_batch     realtime.batch;
  v_audience  realtime.audience;
  v_audiences realtime.audience[];
  v_listeners int[];
  v_positions int[];
  v_matched   int[];
  v_matches   int[];
  v_found     int[];
  v_held      int[];
  v_problem   text;
begin
  select * into v_read
    from realtime.read_changes(_prev => _prev::pg_snapshot, _cur => _cur::pg_snapshot, _last => _last, _limit => _limit);
  if cardinality(v_read.batches) > 0 then
    v_audiences := array(
      select a from realtime.audience(
        _node => _node, _relations => array(select (b).relation from unnest(v_read.batches) as b), _only => _only) as a);
  end if;
  foreach v_audience in array coalesce(v_audiences, '{}') loop
    select (b).* into v_batch from unnest(v_read.batches) as b where (b).relation = v_audience.relation;
    v_matched := '{}';
    v_matches := '{}';
    perform set_config('search_path', _search_path, true), set_config('role', v_audience.role, true);
    begin
      execute format('select array_agg(j.n::int), array_agg(p.position), max(j.problem)
                        from realtime.%I($1, $2) with ordinality as j (seen, problem, n)
                        left join lateral unnest(j.seen) as p (position) on true', v_audience.judge)
         into v_listeners, v_positions, v_problem
        using v_batch.olds || v_batch.news, v_audience.claims;
      for v_shape in 1 .. cardinality(v_audience.shape_sql) loop
        execute v_audience.shape_sql[v_shape]
           into v_found, v_held
          using array(select s.i::int from unnest(v_audience.shapes) with ordinality as s (shape, i) where s.shape = v_shape order by s.i),
                array(select f.filter from unnest(v_audience.shapes, v_audience.filters) with ordinality as f (shape, filter, i)
                       where f.shape = v_shape order by f.i),
                v_batch.olds || v_batch.news;
        v_matched := v_matched || v_found;
        v_matches := v_matches || v_held;
      end loop;
    exception when others then -- what cannot be judged is not shown, and must not stop the others
      get stacked diagnostics v_problem = message_text;
      v_listeners := '{}';
      v_positions := '{}';
    end;
    perform set_config('role', 'none', true), set_config('request.jwt.claims', '', true);
    return query
      select a.id, a.xid::text, a.kind, a.subscriptions, a.data
        from realtime.address_changes(
               _batch => v_batch, _audience => v_audience, _listeners => v_listeners, _positions => v_positions,
               _matched => v_matched, _matches => v_matches) a;
    if v_problem is not null then
      return query
        select v_batch.ids[1], v_batch.xids[1]::text, 'PROBLEM', v_audience.subscriptions,
               jsonb_build_object('table', v_audience.description -> 'table', 'role', v_audience.role, 'problem', v_problem)::text;
    end if;
  end loop;
  return query
    select m.id, m.xid::text, m.kind, null::bigint[], m.new::text
      from unnest(v_read.batches) as b
     cross join lateral unnest((b).ids, (b).xids, (b).kinds, (b).news) as m (id, xid, kind, new)
     where m.kind in ('MESSAGE', 'BUS') and _only is null
     order by m.id;
  return query
    select null::bigint, null::text, 'CURSOR', null::bigint[],
           jsonb_build_object('cur', v_read.cur, 'last', v_read.last, 'more', v_read.more, 'lost', v_read.lost)::text;
end
$$;
comment on function realtime.changes_since(uuid, text, text, bigint, int, bigint[], text) is
  'What is new after a place in the outbox, and which subscriptions of a node may see it, judged on the row as it was written.';
revoke execute on function realtime.changes_since(uuid, text, text, bigint, int, bigint[], text) from public;
grant execute on function realtime.changes_since(uuid, text, text, bigint, int, bigint[], text) to authenticator;
