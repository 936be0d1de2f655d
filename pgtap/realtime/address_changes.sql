begin;
select plan(6);

create function pg_temp.told(_listeners int[], _positions int[], _kind text, _old jsonb, _new jsonb, _events text[] default '{*,*}', _columns jsonb default null)
  returns table (kind text, subscriptions bigint[], data jsonb) language sql as $$
  select a.kind, a.subscriptions, a.data::jsonb - 'columns' - 'commit_timestamp' - 'schema' - 'table' - 'type' - 'errors'
    from realtime.address_changes(
      (1, '{1}', '{9}', array[_kind], array[now()], array[_old], array[_new])::realtime.batch,
      (1, 'anon', 'j', '{a,b}', '{11,12}', '{1,2}', _events, '{[],[]}', '{0,0}', '{}', array[_columns, _columns],
       '{"schema": "s", "table": "t", "names": ["id", "a"], "types": ["int4", "text"], "keys": ["id"], "identity": ["id"]}')::realtime.audience,
      _listeners, _positions, '{}', '{}') a $$;
select results_eq($$ select kind, subscriptions, data from pg_temp.told('{1,2}', '{2,2}', 'INSERT', null, '{"id": 1, "a": "x", "secret": 1}') $$,
                  $$ values ('INSERT', '{11,12}'::bigint[], '{"record": {"id": 1, "a": "x"}}'::jsonb) $$,
                  'an insert goes to who sees the new row, with the columns that it may see');
select results_eq($$ select kind, subscriptions, data from pg_temp.told('{1,2}', '{1,2}', 'UPDATE', '{"id": 1, "a": "x"}', '{"id": 2, "a": "y"}') order by 2 $$,
                  $$ values ('DELETE', '{11}'::bigint[], '{"old_record": {"id": 1}}'::jsonb),
                            ('UPDATE', '{12}', '{"record": {"id": 2, "a": "y"}, "old_record": {}}') $$,
                  'an update out of sight is a delete; one into sight tells nothing of the old row');
select results_eq($$ select kind, data from pg_temp.told('{1}', '{1}', 'DELETE', '{"id": 1, "a": "x"}', null) $$,
                  $$ values ('DELETE', '{"old_record": {"id": 1}}'::jsonb) $$, 'a delete tells the key');
select is_empty($$ select from pg_temp.told('{}', '{}', 'DELETE', '{"id": 1}', null) $$, 'who could not see the row hears nothing');
select results_eq($$ select subscriptions from pg_temp.told('{1,2}', '{2,2}', 'INSERT', null, '{"id": 1}', '{UPDATE,INSERT}') $$,
                  $$ values ('{12}'::bigint[]) $$, 'only the events that were asked for');
select results_eq($$ select data from pg_temp.told('{1}', '{2}', 'INSERT', null, '{"id": 1, "a": "x"}', _columns => '[]') $$,
                  $$ values ('{"record": {"id": 1}}'::jsonb) $$, 'a select narrows to the key and its columns');

select * from finish();
rollback;
