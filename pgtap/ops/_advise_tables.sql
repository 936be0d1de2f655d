begin;
select plan(2);

create table public.parent (id int primary key);
create table public.bare (parent_id int references public.parent, n int);
alter table public.bare disable row level security;
create policy p on public.parent for select to authenticated using (id > 0);
create index one on public.bare (n);
create index two on public.bare (n);
create view public.leak as select * from public.parent;
create materialized view public.copy as select * from public.parent;
grant select on public.leak, public.copy to anon;
create function pg_temp.found() returns table (rule text, object text)
  language sql as $$
  select rule, object
    from ops._advise_tables()
   where object ~ 'bare|parent|leak|copy|one|two' order by 1, 2 $$;

select results_eq('select * from pg_temp.found()',
                  $$ values ('foreign_key_unindexed', 'bare_parent_id_fkey on public.bare'),
                            ('index_duplicate', 'public.two'),
                            ('materialized_view_exposed', 'public.copy'),
                            ('no_primary_key', 'public.bare'),
                            ('rls_disabled', 'public.bare'),
                            ('view_runs_as_owner', 'public.leak') $$,
                  'each is found');
do $$ declare v_fix text; begin
  foreach v_fix in array array(
    select fix from ops._advise_tables() where object ~ 'bare|parent|leak|copy|one|two') loop
    execute v_fix;
  end loop;
end $$;
select results_eq('select * from pg_temp.found()', $$ values ('rls_without_policy', 'public.bare') $$,
                  'what mends them runs, and leaves a table that needs a policy');

select * from finish();
rollback;
