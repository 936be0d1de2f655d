begin;
select plan(7);

-- What this transaction writes is not yet in any snapshot: changes of other transactions are made up.
create function pg_temp.change(_xid text) returns void language sql as $$
  insert into realtime.changes (slot, xid, kind, new) values (0, _xid::xid8, 'BUS', to_jsonb(_xid)) $$;
select pg_temp.change(x) from unnest(array['10', '12', '11', '13']) x;
select setval('realtime.changes_id_seq', (select max(id) from realtime.changes));
create function pg_temp.news(_prev text, _cur text, _last bigint default 0, _limit int default 100)
  returns text[] language sql as $$
  select array(select x::text
                 from unnest((select (r.batches[1]).xids
                                from realtime.read_changes(_prev::pg_snapshot, _cur::pg_snapshot,
                                                           _last, _limit) r)) x) $$;
select is(pg_temp.news('10:10:', '20:20:'), array['10', '12', '11', '13'],
          'all that is new comes in the order of its writing');
select is(pg_temp.news('11:13:11', '20:20:'), array['11', '13'],
          'a transaction that ran when last was looked comes when it has ended');
select is(pg_temp.news('10:10:', '11:13:11'), array['10', '12'], 'not before');
select is(pg_temp.news('10:10:', '20:20:', (select max(id) - 1 from realtime.changes)), array['13'],
          'a place within a batch goes on from there');
select is((select (r.more, cardinality((r.batches[1]).ids))
             from realtime.read_changes('10:10:', '20:20:', 0, 3) r)::text,
          '(t,3)', 'a limit is kept, and said');
update realtime.settings set trimmed = '15', trimmed_by = '12:19:12';
select is((select array_agg(r.lost order by p)
             from (values ('10:10:'), ('16:16:')) v (p),
                  realtime.read_changes(p::pg_snapshot, '20:20:', 0, 3) r),
          array[true, false], 'a place before what was trimmed is lost');
select is((select array_agg(r.lost order by p)
             from (values ('12:18:12'), ('13:18:13')) v (p),
                  realtime.read_changes(p::pg_snapshot, '20:20:', 0, 3) r),
          array[false, true], 'a transaction that still ran at the trimming lost nothing');

select * from finish();
rollback;
