begin;
select plan(2);

create type public.mood as enum ('sad', 'ok');
create table public.parent (id bigint generated always as identity primary key);
create table public.thing (id uuid default gen_random_uuid() primary key,
                           parent_id bigint references public.parent, mood public.mood not null default 'ok',
                           big int generated always as (1) stored);
create index thing_parent on public.thing (parent_id);
comment on column public.thing.mood is 'It''s so.';
create temporary table taken as select * from ops._snapshot_tables() where identity ~ '(mood|parent|thing)';
grant select on taken to public;

select set_eq('select kind from taken',
              array['enum', 'enum value', 'table', 'column', 'default', 'not null',
                    'constraint', 'index', 'row level security', 'comment'],
              'all that holds data is there');
drop table public.thing, public.parent;
drop type public.mood;
do $$ declare v_up text; begin
  foreach v_up in array array(select up from taken where kind <> 'enum value' order by ord, identity) loop
    execute v_up;
  end loop;
end $$;
select results_eq($$ select kind, identity, up
                       from ops._snapshot_tables()
                      where identity ~ '(mood|parent|thing)' order by 1, 2 $$,
                  'select kind, identity, up from taken order by 1, 2',
                  'and what it says makes the same again');

select * from finish();
rollback;
