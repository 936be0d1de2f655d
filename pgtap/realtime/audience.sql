begin;
select plan(8);

create table public.things (id int primary key);
grant select on public.things to authenticated;
create policy all_see on public.things for select using (true);
select realtime.enable('public.things');
select throws_ok($$ select *
                      from realtime.audience(gen_random_uuid(), array['public.things'::regclass::oid]) $$,
                 'PT404', null, 'a node that the database has forgotten is told so');
insert into realtime.nodes (id) values ('00000000-0000-0000-0000-00000000000a');
insert into auth.sessions (id, user_id) values ('00000000-0000-0000-0000-000000000001', tests.user('ada'));
insert into realtime.subscriptions (node, id, role, claims, session_id, user_id,
                                    schema_name, table_name, event)
values ('00000000-0000-0000-0000-00000000000a', 1, 'authenticated', '{"a": 1}',
        null, null, 'public', 'things', '*'),
       ('00000000-0000-0000-0000-00000000000a', 2, 'authenticated', '{"a": 1}',
        null, null, 'public', '*', 'INSERT'),
       ('00000000-0000-0000-0000-00000000000a', 3, 'authenticated', '{"a": 2}',
        '00000000-0000-0000-0000-000000000001', tests.user('ada'), '*', '*', '*'),
       ('00000000-0000-0000-0000-00000000000a', 4, 'authenticated', '{"a": 3}',
        gen_random_uuid(), tests.user('ada'), 'public', 'things', '*'),
       ('00000000-0000-0000-0000-00000000000a', 5, 'anon', '{}', null, null, 'public', 'things', '*'),
       ('00000000-0000-0000-0000-00000000000a', 6, 'authenticated', '{"a": 1}',
        null, null, 'public', 'others', '*');
create temporary view heard as
  select a.role, (select array_agg(s order by s) from unnest(a.subscriptions) s) as subscriptions,
         cardinality(a.claims) as listeners
    from realtime.audience('00000000-0000-0000-0000-00000000000a', array['public.things'::regclass::oid]) a;
select results_eq('select role, subscriptions from heard',
                  $$ values ('authenticated'::name, '{1,2,3}'::bigint[]) $$,
                  'who subscribed, has a living session and may select hears');
select results_eq('select listeners from heard', array[2], 'equal claims are one listener');
update realtime.subscriptions
   set filter = '[{"column": "id", "op": "eq", "not": false, "value": "1"}]'
 where id = 1;
create temporary view asked as
  select a.shape_sql[1]
    from realtime.audience('00000000-0000-0000-0000-00000000000a', array['public.things'::regclass::oid]) a;
select isnt((select shape_sql from asked), 'select null::int[], null::int[]', 'a filter is asked');
alter table public.things rename id to number;
select is((select shape_sql from asked), 'select null::int[], null::int[]',
          'not any more when its column is gone');
update realtime.subscriptions set role = 'nobody' where id = 1;
select results_eq('select subscriptions from heard', $$ values ('{2,3}'::bigint[]) $$,
                  'a role that was dropped hears nothing');
update realtime.subscriptions set role = 'authenticated' where id = 1;
delete from auth.sessions;
select results_eq('select subscriptions from heard', $$ values ('{1,2}'::bigint[]) $$,
                  'a session''s end ends the hearing');
select tests.as_user('ada');
select throws_ok($$ select * from realtime.audience(gen_random_uuid(), '{}') $$, '42501', null,
                 'users may not ask');

select * from finish();
rollback;
