begin;
select plan(2);

create table public.thing (id int);
create policy thing_read on public.thing for select to authenticated using (id > 0);
grant select on public.thing to authenticated;
create view public.things with (security_invoker = true) as select id from public.thing;
create function public.thing_touch() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger thing_touch before insert on public.thing for each row execute function public.thing_touch();
create temporary table taken as select * from ops._snapshot_code() where identity ~ 'thing';
grant select on taken to public;

select set_eq('select kind from taken', array['function', 'view', 'trigger', 'policy', 'grant'],
              'all else is there');
do $$ declare v_sql text; begin
  foreach v_sql in array array(select down from taken order by ord desc, identity) loop
    execute v_sql;
  end loop;
  foreach v_sql in array array(select up from taken order by ord, identity) loop execute v_sql; end loop;
end $$;
select results_eq(
  $$ select kind, identity, up from ops._snapshot_code() where identity ~ 'thing' order by 1, 2 $$,
  'select kind, identity, up from taken order by 1, 2', 'and what it says undoes and makes the same again');

select * from finish();
rollback;
