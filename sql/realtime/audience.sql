-- Called by realtime.changes_since only: who listens to which of the tables on
-- a node, grouped by role, with the judge of each. A listener whose session has
-- ended is left out here, so that nothing reaches it after its logout.
create or replace function realtime._listeners(_node uuid, _relation oid, _only bigint[])
  returns table (
    role name, claims text[], subscriptions bigint[], listeners int[], events text[], columns jsonb[],
    wanted int[], filters jsonb[])
  language sql stable
as $$
  with subs as (
    select s.*, dense_rank() over (partition by s.role order by s.listener)::int as listener_number,
           case s.filter
             when '[]' then 0
             else dense_rank() over (partition by s.role, s.filter = '[]'
                                     order by s.filter) end::int as filter_number
      from realtime.subscriptions s
      join pg_catalog.pg_class c on c.oid = _relation
      join pg_catalog.pg_roles r on r.rolname = s.role
     where s.node = _node and s.table_name in ('*', c.relname)
       and s.schema_name in ('*', c.relnamespace::regnamespace::text) and (_only is null or s.id = any(_only))
       and (s.session_id is null and s.user_id is null
            or exists (select from auth.sessions x join auth.users u on u.id = x.user_id
                        where x.id = s.session_id and x.user_id = s.user_id
                          and (x.not_after is null or x.not_after > now())
                          and u.deleted_at is null and (u.banned_until is null or u.banned_until <= now())))
  )
  -- One sort for all the arrays: an aggregate takes its rows in the order in which a sorted subquery gives
  -- them.
  select s.role, array_agg(s.claims) filter (where s.first), array_agg(s.id),
         array_agg(s.listener_number), array_agg(s.event),
         array_agg(to_jsonb(s.columns)), array_agg(s.filter_number),
         array(select distinct f.filter from subs f where f.role = s.role and f.filter <> '[]' order by 1)
    from (select u.*, row_number() over (partition by u.role, u.listener_number order by u.id) = 1 as first
            from subs u
           order by u.role, u.listener_number, u.id) s
   group by s.role
$$;
revoke execute on function realtime._listeners(uuid, oid, bigint[]) from public;

-- What a filter asks may have gone since it was subscribed: a column that was
-- dropped, hidden or made another type. Such a filter holds for nothing; one
-- that raised here would stop the feed for everybody.
create or replace function realtime._match_or_nothing(_relation oid, _shape jsonb, _names jsonb)
  returns text
  language plpgsql stable
as $$
begin
  if exists (select from jsonb_array_elements(_shape) as t where (_names ? (t ->> 'column')) is not true) then
    return 'select null::int[], null::int[]';
  end if;
  return realtime._match_sql(_relation, _shape);
exception when sqlstate 'PT400' then
  return 'select null::int[], null::int[]';
end
$$;
revoke execute on function realtime._match_or_nothing(oid, jsonb, jsonb) from public;

create or replace function realtime.audience(_node uuid, _relations oid[], _only bigint[] default null)
  returns setof realtime.audience
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_audience realtime.audience;
  v_table    record;
  v_group    record;
  v_keys     jsonb[];
begin
  if not exists (select from realtime.nodes n where n.id = _node) then
    raise exception using
      errcode = 'PT404', constraint = 'node_unknown', message = 'This node is not known.',
      hint = 'The database crashed, or took it for dead: start it again.';
  end if;
  for v_table in
    select e.relation, e.owner_column from realtime._enabled() e where e.relation = any(_relations)
  loop
    for v_group in
      select l.*, realtime._describe(v_table.relation, l.role) as description
        from realtime._listeners(_node, v_table.relation, _only) l
    loop
      continue when v_group.description is null;
      v_keys := array(
        select distinct realtime._shape(f) from unnest(v_group.filters) as f order by 1);
      v_audience := (
        v_table.relation, v_group.role, realtime._judge(v_table.relation, v_group.role, v_table.owner_column),
        v_group.claims,
        v_group.subscriptions, v_group.listeners, v_group.events, v_group.filters,
        array(select array_position(v_keys, realtime._shape(f.filter))
                from unnest(v_group.filters) with ordinality as f (filter, n) order by f.n),
        array(select realtime._match_or_nothing(v_table.relation, k.shape, v_group.description -> 'names')
                from unnest(v_keys) with ordinality as k (shape, n) order by k.n),
        v_group.columns, v_group.description, v_group.wanted)::realtime.audience;
      return next v_audience;
    end loop;
  end loop;
end
$$;
comment on function realtime.audience(uuid, oid[], bigint[]) is
  'The subscriptions of a node to the tables, by table and role. Who may see nothing of a table, or has '
  'no living session, is not in it.';
revoke execute on function realtime.audience(uuid, oid[], bigint[]) from public;
grant execute on function realtime.audience(uuid, oid[], bigint[]) to authenticator;
