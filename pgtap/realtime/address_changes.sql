begin;
select plan(10);

create function pg_temp.rows(
  _crowds int[], _seers int[], _positions int[], _kind text, _old jsonb, _new jsonb,
  _events text[] default '{*,*}', _columns jsonb default null, _wanted int[] default '{0,0}',
  _matches int[] default '{}')
  returns table (id bigint, kind text, recipients bigint[], data jsonb) language sql as $$
  select a.id, a.kind, a.recipients,
         a.data::jsonb - 'columns' - 'commit_timestamp' - 'schema' - 'table' - 'type' - 'errors'
    from realtime.address_changes(
      (1, '{1}', '{9}', array[_kind], array[now()], array[_old], array[_new])::realtime.batch,
      (1, 'anon', 'j', '{a,b}', '{11,12}', '{1,2}', _events, '{}', '{}', '{}', array[_columns, _columns],
       '{"schema": "s", "table": "t", "names": ["id", "a"], "types": ["int4", "text"], "keys": ["id"],
         "identity": ["id"]}',
       _wanted)::realtime.audience,
      (_crowds, '{1,2}', _seers, _positions, array_fill(1, array[cardinality(_matches)]),
       _matches, null)::realtime.sight,
      70) a $$;
create function pg_temp.told(
  _crowds int[], _seers int[], _positions int[], _kind text, _old jsonb, _new jsonb,
  _events text[] default '{*,*}', _columns jsonb default null, _wanted int[] default '{0,0}',
  _matches int[] default '{}')
  returns table (kind text, subscriptions bigint[], data jsonb) language sql as $$
  with r as materialized (
    select *
      from pg_temp.rows(_crowds, _seers, _positions, _kind, _old, _new, _events, _columns, _wanted, _matches))
  select e.kind,
         array(select s
                 from r g
                cross join unnest(g.recipients) s
                where g.kind = 'GROUP' and g.id = any(e.recipients) order by s),
         e.data
    from r e where e.kind <> 'GROUP' $$;
select results_eq($$ select kind, subscriptions, data
                       from pg_temp.told('{1,1}', '{1}', '{2}', 'INSERT', null,
                                         '{"id": 1, "a": "x", "secret": 1}') $$,
                  $$ values ('INSERT', '{11,12}'::bigint[], '{"record": {"id": 1, "a": "x"}}'::jsonb) $$,
                  'an insert goes to who sees the new row, with the columns that it may see');
select results_eq($$ select kind, subscriptions, data
                       from pg_temp.told('{1,2}', '{1,2}', '{1,2}', 'UPDATE', '{"id": 1, "a": "x"}',
                                         '{"id": 2, "a": "y"}')
                      order by 2 $$,
                  $$ values ('DELETE', '{11}'::bigint[], '{"old_record": {"id": 1}}'::jsonb),
                            ('UPDATE', '{12}', '{"record": {"id": 2, "a": "y"}, "old_record": {}}') $$,
                  'an update out of sight is a delete; one into sight tells nothing of the old row');
select results_eq($$ select kind, data
                       from pg_temp.told('{1,2}', '{1}', '{1}', 'DELETE', '{"id": 1, "a": "x"}', null) $$,
                  $$ values ('DELETE', '{"old_record": {"id": 1}}'::jsonb) $$, 'a delete tells the key');
select is_empty($$ select from pg_temp.told('{}', '{}', '{}', 'DELETE', '{"id": 1}', null) $$,
                'who could not see the row hears nothing');
select results_eq($$ select subscriptions
                       from pg_temp.told('{1,1}', '{1}', '{2}', 'INSERT', null, '{"id": 1}',
                                         '{UPDATE,INSERT}') $$,
                  $$ values ('{12}'::bigint[]) $$, 'only the events that were asked for');
select results_eq(
  $$ select data
       from pg_temp.told('{1,2}', '{1}', '{2}', 'INSERT', null, '{"id": 1, "a": "x"}', _columns => '[]') $$,
  $$ values ('{"record": {"id": 1}}'::jsonb) $$, 'a select narrows to the key and its columns');
select results_eq($$ select subscriptions
                       from pg_temp.told('{1,1}', '{1}', '{2}', 'INSERT', null, '{"id": 1}',
                                         _wanted => '{1,0}', _matches => '{2}') $$,
                  $$ values ('{11,12}'::bigint[]) $$, 'a filter that holds lets the event through');
select results_eq($$ select subscriptions
                       from pg_temp.told('{1,1}', '{1}', '{2}', 'INSERT', null, '{"id": 1}',
                                         _wanted => '{1,0}', _matches => '{1}') $$,
                  $$ values ('{12}'::bigint[]) $$, 'one that holds for the other image does not');
select results_eq($$ select id, recipients
                       from pg_temp.rows('{1,1}', '{1}', '{2}', 'INSERT', null, '{"id": 1}')
                      where kind = 'GROUP' $$,
                  $$ values (71::bigint, '{11,12}'::bigint[]) $$,
                  'who sees and wants the same is one group, numbered on');
select results_eq($$ select kind, subscriptions
                       from pg_temp.told('{}', '{}', '{}', 'TRUNCATE', null, null, '{INSERT,*}') $$,
                  $$ values ('TRUNCATE', '{11,12}'::bigint[]) $$, 'a truncate goes to all');

select * from finish();
rollback;
