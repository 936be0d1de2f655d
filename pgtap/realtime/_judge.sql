begin;
select plan(5);

create table public.things (id int primary key, owner uuid);
grant select on public.things to authenticated;
create policy own on public.things
  for select to authenticated
  using (owner = (select auth.uid()) and 10 / id > 0);
create function pg_temp.judge() returns text
  language sql set search_path = '' as $$
  select realtime._judge('public.things'::regclass, 'authenticated', null) $$;
select pg_temp.judge() as name \gset
select is(pg_temp.judge(), :'name', 'a judge is made once');
select function_privs_are('realtime', :'name', array['jsonb[]', 'text[]'], 'authenticated',
                          array['EXECUTE'], 'its role may call it');
select function_privs_are('realtime', :'name', array['jsonb[]', 'text[]'], 'anon',
                          array[]::text[], 'no other role may');
select results_eq(
  format(
    $$ select "howdah seen"
         from realtime.%I(array['{"id": 1, "owner": "00000000-0000-0000-0000-000000000001"}',
                                '{"id": 0, "owner": "00000000-0000-0000-0000-000000000001"}',
                                '{"id": 2, "owner": "00000000-0000-0000-0000-000000000002"}']::jsonb[],
                          array['{"sub": "00000000-0000-0000-0000-000000000001"}',
                                '{"sub": "00000000-0000-0000-0000-000000000002"}', '{}']) $$,
    :'name'),
  $$ values ('{1}'::int[]), ('{3}'::int[]), ('{}'::int[]) $$,
  'each listener sees its rows; one that makes a policy raise is hidden');
drop policy own on public.things;
create policy all_see on public.things for select using (true);
select pg_temp.judge();
select results_eq(
  format($$ select "howdah seen" from realtime.%I(array['{"id": 7}']::jsonb[], array['{}']) $$, :'name'),
  $$ values ('{1}'::int[]) $$, 'a changed policy makes it judge anew');

select * from finish();
rollback;
