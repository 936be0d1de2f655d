begin;
select plan(4);

create table public.things (id int primary key, owner uuid);
grant select on public.things to authenticated;
create policy own on public.things for select to authenticated using (owner = (select auth.uid()));
select realtime.enable('public.things');
insert into realtime.nodes (id) values ('00000000-0000-0000-0000-00000000000a');
insert into realtime.subscriptions (node, id, role, claims, schema_name, table_name, event)
values ('00000000-0000-0000-0000-00000000000a', 1, 'authenticated',
        json_build_object('sub', tests.user('ada')), 'public', 'things', '*'),
       ('00000000-0000-0000-0000-00000000000a', 2, 'authenticated',
        json_build_object('sub', tests.user('bob')), 'public', 'things', '*');
insert into realtime.changes (slot, xid, relation, kind, new) values
  (0, '3', 'public.things'::regclass, 'INSERT', jsonb_build_object('id', 1, 'owner', tests.user('ada'))),
  (0, '3', 'public.things'::regclass, 'INSERT', jsonb_build_object('id', 2, 'owner', tests.user('bob'))),
  (0, '3', 0, 'BUS', '{"hello": 1}');
select tests.as_login();
create temporary table got as
  select *
    from realtime.changes_since('00000000-0000-0000-0000-00000000000a', '3:3:', '4:4:',
                                _search_path => current_setting('search_path'));
select is(current_setting('role'), 'none', 'the role is the login role''s own again');
select results_eq($$ select e.kind, g.recipients, e.data::jsonb #>> '{record,id}'
                       from got e
                       join got g on g.kind = 'GROUP' and g.id = any(e.recipients)
                      where e.kind = 'INSERT' order by e.id $$,
                  $$ values ('INSERT', '{1}'::bigint[], '1'), ('INSERT', '{2}', '2') $$,
                  'each row goes to whom its policy shows it');
select results_eq($$ select data::jsonb from got where kind = 'BUS' $$, array['{"hello": 1}'::jsonb],
                  'what nodes tell each other comes along');
select results_eq($$ select data::jsonb - 'last' - 'lag' from got where kind = 'CURSOR' $$,
                  array[jsonb_build_object('cur', '4:4:', 'more', false, 'lost', false,
                                           'relations', array['public.things'::regclass::oid::bigint])],
                  'the last row says where to go on, and what changed');

select * from finish();
rollback;
