-- What a reader has not seen yet. A reader's place is three things: _prev, a
-- snapshot of which it has everything; _cur, a later one of which it has what
-- comes up to the id _last. What _prev did not see are the transactions that
-- ran then, and the later ones: two look-ups by index, however long some
-- transaction stays open. Nothing waits for a horizon, and nothing is read twice.
-- _cur null starts with the snapshot of the calling statement.
create or replace function realtime.read_changes(
  _prev pg_snapshot, _cur pg_snapshot, _last bigint, _limit int,
  out cur pg_snapshot, out last bigint, out more boolean, out lost boolean, out batches realtime.batch[])
  language plpgsql stable
  security definer set search_path = '' set enable_seqscan = 'off' set jit = 'off'
as $$
declare
  v_bytes constant int := 16 * 1024 * 1024; -- beyond, a batch ends early
begin
  cur := coalesce(_cur, pg_current_snapshot());
  last := coalesce(_last, 0);
  -- A transaction that ran when _prev was taken is of interest only if it had ended when something was
  -- trimmed.
  select s.trimmed >= pg_snapshot_xmax(_prev)
         or exists (select from pg_snapshot_xip(_prev) as x (xid)
                     where x.xid <= s.trimmed and pg_visible_in_snapshot(x.xid, s.trimmed_by)) into lost
    from realtime.settings s;
  with unseen as (
    select c.id, c.xid, c.relation, c.kind, c.made_at, c.old, c.new
      from realtime.changes c
     where c.xid >= pg_snapshot_xmax(_prev) and c.xid < pg_snapshot_xmax(cur)
    union all
    select c.id, c.xid, c.relation, c.kind, c.made_at, c.old, c.new
      from realtime.changes c
     where c.xid = any(array(select pg_snapshot_xip(_prev)))
  ), next as materialized (
    select u.*,
           sum(coalesce(pg_column_size(u.old), 0)
               + coalesce(pg_column_size(u.new), 0)) over (order by u.id) as bytes,
           row_number() over (order by u.id) as n
      from (select u.* from unseen u where pg_visible_in_snapshot(u.xid, cur) and u.id > coalesce(_last, 0)
             order by u.id limit _limit + 1) u
  ), taken as (
    select n.* from next n where n.n <= _limit and (n.bytes <= v_bytes or n.n = 1)
  ), grouped as (
    select (t.relation, array_agg(t.id order by t.id), array_agg(t.xid order by t.id),
            array_agg(t.kind order by t.id),
            array_agg(t.made_at order by t.id), array_agg(t.old order by t.id),
            array_agg(t.new order by t.id))::realtime.batch as batch, max(t.id) as highest
      from taken t
     group by t.relation
  )
  select coalesce(array_agg(g.batch), '{}'), coalesce(max(g.highest), last),
         (select count(*) from next) > (select count(*) from taken)
    into batches, last, more
    from grouped g;
end
$$;
comment on function realtime.read_changes(pg_snapshot, pg_snapshot, bigint, int) is
  'The next changes after a place in the outbox, in batches by table; lost when some of '
  'them may have been trimmed.';
revoke execute on function realtime.read_changes(pg_snapshot, pg_snapshot, bigint, int) from public;
grant execute on function realtime.read_changes(pg_snapshot, pg_snapshot, bigint, int) to authenticator;
