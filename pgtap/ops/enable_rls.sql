begin;
select plan(7);

create schema private;
create table public.made (id int);
create table public.copied as select 1 as id;
create table public.parted (id int) partition by list (id);
create table public.part partition of public.parted for values in (1);
create table private.hidden (id int);
create temporary table passing (id int);

select ok(relrowsecurity, format('%s has row level security on', oid::regclass))
  from pg_class
 where oid in ('public.made'::regclass, 'public.copied'::regclass, 'public.parted'::regclass,
               'public.part'::regclass);
select ok(not bool_or(relrowsecurity), 'tables that the API does not show stay as made')
  from pg_class where oid in ('private.hidden'::regclass, 'passing'::regclass);

alter table private.hidden set schema public;
select ok(relrowsecurity, 'a table that moves into the API''s sight gets it')
  from pg_class
 where oid = 'public.hidden'::regclass;

alter table public.made disable row level security;
alter table public.made add column n int;
select ok(not relrowsecurity, 'an explicit disable stands') from pg_class where oid = 'public.made'::regclass;

select * from finish();
rollback;
