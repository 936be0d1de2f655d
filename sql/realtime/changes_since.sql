-- The one call of a node's feed: what is new in the outbox and who may see it.
-- Runs as the login role; realtime.judge_batch becomes each audience's role for
-- a while. The transaction that calls it must do nothing else: claims and
-- search_path stay set until it ends, the role as the login role's own.
-- An event goes to groups of subscriptions; a row of kind GROUP comes before
-- the first event that names it, and says which they are.
-- The last row has no id and kind CURSOR: the place to go on from, the
-- tables that changed, and for how many seconds the oldest change had waited.
create or replace function realtime.changes_since(
  _node uuid, _prev text, _cur text default null, _last bigint default 0, _limit int default 500,
  _only bigint[] default null, _search_path text default '')
  returns table (id bigint, xid text, kind text, recipients bigint[], data text)
  language plpgsql volatile
as $$
declare
  v_read      record;
  v_batch     realtime.batch;
  v_audience  realtime.audience;
  v_audiences realtime.audience[];
  v_sight     realtime.sight;
  v_groups    int := 0;
  v_told      int;
begin
  select * into v_read
    from realtime.read_changes(_prev => _prev::pg_snapshot, _cur => _cur::pg_snapshot,
                               _last => _last, _limit => _limit);
  if cardinality(v_read.batches) > 0 then
    v_audiences := array(
      select a
        from realtime.audience(
          _node => _node, _relations => array(select (b).relation from unnest(v_read.batches) as b),
          _only => _only) as a);
  end if;
  foreach v_audience in array coalesce(v_audiences, '{}') loop
    select (b).* into v_batch from unnest(v_read.batches) as b where (b).relation = v_audience.relation;
    v_sight := realtime.judge_batch(_batch => v_batch, _audience => v_audience, _search_path => _search_path);
    return query
      select a.id, a.xid::text, a.kind, a.recipients, a.data
        from realtime.address_changes(_batch => v_batch, _audience => v_audience,
                                      _sight => v_sight, _groups => v_groups) a;
    get diagnostics v_told = row_count;
    v_groups := v_groups + v_told; -- no audience has more groups than rows
    if v_sight.problem is not null then
      return query
        select v_batch.ids[1], v_batch.xids[1]::text, 'PROBLEM', null::bigint[],
               jsonb_build_object('table', v_audience.description -> 'table', 'role', v_audience.role,
                                  'problem', v_sight.problem)::text;
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
           jsonb_build_object(
             'cur', v_read.cur, 'last', v_read.last, 'more', v_read.more, 'lost', v_read.lost,
             'relations', array(
               select (b).relation::bigint from unnest(v_read.batches) as b where (b).relation <> 0),
             'lag', (select extract(epoch from clock_timestamp() - min(s.made_at))
                       from unnest(v_read.batches) as b, unnest((b).stamps) as s (made_at)))::text;
end
$$;
comment on function realtime.changes_since(uuid, text, text, bigint, int, bigint[], text) is
  'What is new after a place in the outbox, and which subscriptions of a node may see it, judged '
  'on the row as it was written.';
revoke execute on function realtime.changes_since(uuid, text, text, bigint, int, bigint[], text) from public;
grant execute on function realtime.changes_since(uuid, text, text, bigint, int, bigint[], text)
  to authenticator;
