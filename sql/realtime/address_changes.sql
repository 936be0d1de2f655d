-- Called by realtime.changes_since only: turns what listeners see of a batch
-- into events, one for each different text, with the subscriptions it goes to.
-- _listeners and _positions are pairs: who sees which image (old ones first,
-- then new ones); _matched and _matches likewise which subscription's filter
-- holds for which image.

-- The columns of an image, in their order. json, because jsonb has an order of its own.
create or replace function realtime._record(_image jsonb, _names jsonb)
  returns json
  language sql immutable parallel safe
as $$
  select coalesce(pg_catalog.json_object_agg(n.name, _image -> n.name order by n.position), '{}')
    from pg_catalog.jsonb_array_elements_text(_names) with ordinality as n (name, position)
$$;
revoke execute on function realtime._record(jsonb, jsonb) from public;

-- One event's text. An old row that this listener could not see shows only as
-- much of its key as the new row has, too.
create or replace function realtime._event(
  _description jsonb, _columns jsonb, _type text, _made_at timestamptz, _old jsonb, _new jsonb, _old_seen boolean)
  returns text
  language sql stable
as $$
  with shown as (
    select jsonb_agg(n.name order by n.position) as names,
           jsonb_agg(jsonb_build_object('name', n.name, 'type', _description -> 'types' -> (n.position - 1)::int) order by n.position) as columns
      from jsonb_array_elements_text(_description -> 'names') with ordinality as n (name, position)
     where _columns is null or _columns ? n.name or _description -> 'keys' ? n.name
  ), identity as (
    select coalesce(jsonb_agg(n.name order by n.position), '[]') as names
      from jsonb_array_elements_text(case when _old_seen then _description -> 'identity' else _description -> 'keys' end)
           with ordinality as n (name, position)
     where (_old_seen or _old -> n.name = _new -> n.name) and (_columns is null or _columns ? n.name or _description -> 'keys' ? n.name)
  )
  select pg_catalog.concat('{"schema":', _description -> 'schema', ',"table":', _description -> 'table', ',"type":"', _type,
           '","commit_timestamp":"', to_char(_made_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           '","columns":', case when _type in ('INSERT', 'UPDATE', 'DELETE') then s.columns else '[]' end,
           ',"record":' || case when _type in ('INSERT', 'UPDATE') then realtime._record(_new, s.names)::text end,
           ',"old_record":' || case when _type in ('UPDATE', 'DELETE') then realtime._record(_old, i.names)::text end,
           ',"errors":null}')
    from shown s, identity i
$$;
revoke execute on function realtime._event(jsonb, jsonb, text, timestamptz, jsonb, jsonb, boolean) from public;

create or replace function realtime.address_changes(
  _batch realtime.batch, _audience realtime.audience, _listeners int[], _positions int[], _matched int[], _matches int[])
  returns table (id bigint, xid xid8, kind text, subscriptions bigint[], data text)
  language sql stable
  security definer set search_path = ''
as $$
  with changes as materialized (
    select c.*, c.n + cardinality(_batch.ids) as new_position
      from unnest(_batch.ids, _batch.xids, _batch.kinds, _batch.stamps, _batch.olds, _batch.news)
           with ordinality as c (id, xid, kind, made_at, old, new, n)
  ), subs as materialized (
    select s.*
      from unnest(_audience.subscriptions, _audience.listeners, _audience.events, _audience.shapes, _audience.columns)
           with ordinality as s (subscription, listener, event, shape, columns, i)
  ), sight as ( -- what each listener sees of each change
    select p.listener, (p.position - 1) % cardinality(_batch.ids) + 1 as n,
           bool_or(p.position <= cardinality(_batch.ids)) as old_seen, bool_or(p.position > cardinality(_batch.ids)) as new_seen
      from unnest(_listeners, _positions) as p (listener, position)
     group by 1, 2
  ), told as (
    select s.listener, s.n, c.id, s.old_seen and c.old is not null as old_seen,
           case when c.kind <> 'DELETE' and s.new_seen then c.kind else 'DELETE' end as type
      from sight s
      join changes c on c.n = s.n
     where c.kind in ('INSERT', 'UPDATE', 'DELETE') and (s.new_seen and c.new is not null or s.old_seen and c.old is not null)
  ), addressed as (
    select t.n, t.type, t.old_seen, u.subscription, u.columns
      from told t
      join subs u on u.listener = t.listener and u.event in ('*', t.type)
     where u.shape = 0
        or exists (select from unnest(_matched, _matches) as m (i, position)
                    where m.i = u.i and m.position = t.n + case t.type when 'DELETE' then 0 else cardinality(_batch.ids) end)
    union all
    select c.n, c.kind, false, u.subscription, null
      from changes c cross join subs u
     where c.kind in ('TRUNCATE', 'REFETCH')
  )
  select c.id, c.xid, a.type, array_agg(a.subscription order by a.subscription),
         realtime._event(_audience.description, a.columns, a.type, c.made_at, c.old, c.new, a.old_seen)
    from addressed a
    join changes c on c.n = a.n
   group by c.id, c.xid, c.made_at, c.old, c.new, a.type, a.old_seen, a.columns
   order by c.id
$$;
comment on function realtime.address_changes(realtime.batch, realtime.audience, int[], int[], int[], int[]) is
  'The events of a batch for an audience, given who sees which row image: a text, and the subscriptions it goes to.';
revoke execute on function realtime.address_changes(realtime.batch, realtime.audience, int[], int[], int[], int[]) from public;
grant execute on function realtime.address_changes(realtime.batch, realtime.audience, int[], int[], int[], int[]) to authenticator;
