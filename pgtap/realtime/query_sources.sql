begin;
select plan(7);

create table public.teams (id int primary key);
create table public.members (team int, member uuid);
create table public.things (id int primary key, team int);
create table public.plain (id int) partition by list (id);
create table public.plain_1 partition of public.plain for values in (1);
create view public.thing_view as select * from public.things;
create function public.is_mine(_team int) returns boolean language sql stable as 'select true';
create policy own on public.things
  for select
  using (team in (select m.team from public.members m where m.member = (select auth.uid())));
create policy own on public.members for select using (exists (select from public.teams t where t.id = team));
create function pg_temp.sources(_table text) returns setof text language sql as $$
  select s::regclass::text from unnest(realtime.query_sources('"public", extensions', _table)) s $$;

select set_eq($$ select pg_temp.sources('things') $$, array['things', 'members', 'teams'],
              'what the policies read counts, too');
select set_eq($$ select pg_temp.sources('plain_1') $$, array['plain'], 'a partition is told as its table');
select is(realtime.query_sources('"public"', 'thing_view'), null, 'of a view nobody can tell');
select is(realtime.query_sources('"public"', 'no such"table'), null, 'nor of what is not there');
create function public.label(public.plain) returns text language sql as 'select 1::text';
select is(realtime.query_sources('"public"', 'plain'), null, 'nor of a table with a computed column');
create policy more on public.teams for select using (public.is_mine(id));
select is(realtime.query_sources('"public"', 'things'), null, 'nor where a policy calls a function');
select tests.as_user('ada');
select throws_ok($$ select realtime.query_sources('"public"', 'plain') $$, '42501', null,
                 'users may not ask');

select * from finish();
rollback;
