begin;
select plan(8);

create table public.things (id int, part int) partition by list (part);
create table public.things_1 partition of public.things for values in (1);
select realtime.enable('public.things', 'id');
create temporary view news as
  select new ->> 'id' as id from realtime.changes where relation = 'public.things'::regclass order by id;
create function pg_temp.is_told(_table regclass) returns boolean
  language sql set search_path = 'pg_catalog' as $$
  select exists (select from realtime._attached() a where a.relation = _table) $$;

create table public.things_2 partition of public.things for values in (2) partition by range (id);
create table public.things_2a partition of public.things_2 for values from (1) to (10);
insert into public.things_2a values (1, 2);
insert into public.things_2 values (2, 2);
select results_eq('table news', array['1', '2'],
                  'a partition that is made later is told, and a partition of it');
create table public.things_3 (id int, part int);
insert into public.things_3 values (3, 3);
alter table public.things attach partition public.things_3 for values in (3);
insert into public.things_3 values (4, 3);
select results_eq('table news', array['1', '2', '4'], 'one that is attached is told from then on');
insert into public.things values (5, 3);
select is((select count(*) from news where id = '5'), 1::bigint, 'what goes through the table is told once');
alter table public.things detach partition public.things_3;
alter table public.things detach partition public.things_2;
select is(pg_temp.is_told('public.things_3'), false, 'one that is detached is told no more');
select is(pg_temp.is_told('public.things_2a'), false, 'nor are its partitions');
select is(pg_temp.is_told('public.things'), true, 'the table still is');
select set_eq(
  $$ select relation::regclass from realtime._enabled() where relation::regclass::text like '%things%' $$,
  array['public.things']::regclass[], 'partitions are no tables of their own');
alter table public.things owner to authenticated;
grant create on schema public to authenticated;
set local role authenticated;
set local client_min_messages = 'error';
select lives_ok('create table public.things_4 partition of public.things for values in (4)',
                'who may not enable may add partitions all the same');
reset role;

select * from finish();
rollback;
