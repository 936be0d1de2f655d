begin;
select plan(6);

create table public.things (id int primary key, secret text);
create table public.plain (id int primary key);
grant select (id) on public.things to authenticated;
select realtime.enable('public.things');
insert into realtime.nodes (id) values ('00000000-0000-0000-0000-00000000000a');
create function pg_temp.subscribe(_table text, _filter jsonb default '[]', _id bigint default 1) returns int
  language sql as $$
  select s.status
    from realtime.subscribe('00000000-0000-0000-0000-00000000000a', _id, 'authenticated',
                            '{"a": 1}', null, null, 'public', _table, '*', _filter) s $$;
select tests.as_login();
select is(pg_temp.subscribe('things', '[{"column": "id", "op": "gt", "value": "1"}]'), 200,
          'a table that is enabled is subscribed to');
select throws_ok($$ select pg_temp.subscribe('plain') $$, 'PT400', null, 'one that is not is refused');
select throws_ok($$ select pg_temp.subscribe('things', '[{"column": "secret", "op": "eq", "value": "x"}]') $$,
                 'PT400', null, 'so is a filter by a column that the role may not select');
select throws_ok($$ select pg_temp.subscribe('things', '[{"column": "id", "op": "eq", "value": "x"}]') $$,
                 '22P02', null, 'and one by a value that the column cannot have');
select is(pg_temp.subscribe('*'), 200, 'a wildcard stands for all that is enabled');
select tests.as_owner();
select results_eq('select id, table_name, filter from realtime.subscriptions',
                  $$ values (1::bigint, 'things', '[{"column": "id", "op": "gt", "value": "1"}]'::jsonb) $$,
                  'a subscription keeps what it was made with');

select * from finish();
rollback;
