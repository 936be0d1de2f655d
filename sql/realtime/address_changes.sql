-- Called by realtime.changes_since only: turns what listeners see of a batch
-- into events, one for each different text, and groups of subscriptions that
-- they go to.

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
  _description jsonb, _columns jsonb, _type text, _made_at timestamptz, _old jsonb, _new jsonb,
  _old_seen boolean)
  returns text
  language sql stable
as $$
  with shown as (
    select jsonb_agg(n.name order by n.position) as names,
           jsonb_agg(jsonb_build_object('name', n.name,
                                        'type', _description -> 'types' -> (n.position - 1)::int)
                     order by n.position) as columns
      from jsonb_array_elements_text(_description -> 'names') with ordinality as n (name, position)
     where _columns is null or _columns ? n.name or _description -> 'keys' ? n.name
  ), identity as (
    select coalesce(jsonb_agg(n.name order by n.position), '[]') as names
      from jsonb_array_elements_text(case
        when _old_seen then _description -> 'identity'
        else _description -> 'keys' end) with ordinality as n (name, position)
     where (_old_seen or _old -> n.name = _new -> n.name)
       and (_columns is null or _columns ? n.name or _description -> 'keys' ? n.name)
  )
  select pg_catalog.concat(
    '{"schema":', _description -> 'schema', ',"table":', _description -> 'table', ',"type":"', _type,
    '","commit_timestamp":"', to_char(_made_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    '","columns":', case when _type in ('INSERT', 'UPDATE', 'DELETE') then s.columns else '[]' end,
    ',"record":' || case when _type in ('INSERT', 'UPDATE') then realtime._record(_new, s.names)::text end,
    ',"old_record":'
    || case when _type in ('UPDATE', 'DELETE') then realtime._record(_old, i.names)::text end,
    ',"errors":null}')
    from shown s, identity i
$$;
revoke execute on function realtime._event(jsonb, jsonb, text, timestamptz, jsonb, jsonb, boolean)
  from public;

create or replace function realtime.address_changes(
  _batch realtime.batch, _audience realtime.audience, _sight realtime.sight, _groups int default 0)
  returns table (id bigint, xid xid8, kind text, recipients bigint[], data text)
  language sql stable
  security definer set search_path = ''
as $$
  with changes as materialized (
    select c.*
      from unnest(_batch.ids, _batch.xids, _batch.kinds, _batch.stamps, _batch.olds, _batch.news)
           with ordinality as c (id, xid, kind, made_at, old, new, n)
  ), groups as materialized (
    -- subscriptions that go together: of one crowd, with one filter, for one event and the same columns
    select _groups + row_number() over () as number, g.*
      from (select m.crowd, s.event, s.wanted, s.columns, array_agg(s.subscription) as subscriptions
              from unnest(_audience.subscriptions, _audience.listeners, _audience.events, _audience.wanted,
                          _audience.columns) as s (subscription, listener, event, wanted, columns)
              join unnest(_sight.crowds, _sight.members) as m (crowd, listener) using (listener)
             group by m.crowd, s.event, s.wanted, s.columns
             union all
            select 0, '*', 0, null, _audience.subscriptions
             where _batch.kinds && array['TRUNCATE', 'REFETCH']) g
  ), told as ( -- what each crowd sees of each change
    select s.crowd, c.n, s.old_seen and c.old is not null as old_seen,
           case when c.kind <> 'DELETE' and s.new_seen then c.kind else 'DELETE' end as type
      from (select p.crowd, (p.position - 1) % cardinality(_batch.ids) + 1 as n,
                   bool_or(p.position <= cardinality(_batch.ids)) as old_seen,
                   bool_or(p.position > cardinality(_batch.ids)) as new_seen
              from unnest(_sight.seers, _sight.positions) as p (crowd, position)
             group by 1, 2) s
      join changes c on c.n = s.n
     where c.kind in ('INSERT', 'UPDATE', 'DELETE')
       and (s.new_seen and c.new is not null or s.old_seen and c.old is not null)
  ), addressed as (
    select t.n, t.type, t.old_seen, g.columns, array_agg(g.number order by g.number) as recipients
      from told t
      join groups g on g.crowd = t.crowd and g.event in ('*', t.type)
      left join unnest(_sight.matched, _sight.matches) as f (wanted, position) on f.wanted = g.wanted
       and f.position = t.n + case t.type when 'DELETE' then 0 else cardinality(_batch.ids) end
     where g.wanted = 0 or f.wanted is not null
     group by t.n, t.type, t.old_seen, g.columns
     union all
    select c.n, c.kind, false, null, array[g.number]
      from changes c
      join groups g on g.crowd = 0
     where c.kind in ('TRUNCATE', 'REFETCH')
  )
  select g.number, null, 'GROUP', g.subscriptions, null
    from groups g
   union all
   (select c.id, c.xid, a.type, a.recipients,
           realtime._event(_audience.description, a.columns, a.type, c.made_at, c.old, c.new, a.old_seen)
      from addressed a
      join changes c on c.n = a.n
     order by c.id)
$$;
comment on function realtime.address_changes(realtime.batch, realtime.audience, realtime.sight, int) is
  'The events of a batch for an audience, given who sees which row image: groups of subscriptions, numbered on from _groups, and for
each event a text and the groups that it goes to.';
revoke execute on function realtime.address_changes(realtime.batch, realtime.audience, realtime.sight, int)
  from public;
grant execute on function realtime.address_changes(realtime.batch, realtime.audience, realtime.sight, int)
  to authenticator;
