begin;
select plan(2);

create function public.open() returns int language sql as $$ select 1 $$;
create function public.power() returns int language sql security definer as $$ select 1 $$;
create function pg_temp.found() returns table (rule text, object text)
  language sql as $$
  select rule, object
    from ops._advise_functions()
   where object in ('public.open()', 'public.power()') order by 1, 2 $$;

select results_eq('select * from pg_temp.found()',
                  $$ values ('definer_public', 'public.power()'),
                            ('definer_search_path', 'public.power()'),
                            ('function_public', 'public.open()') $$,
                  'each is found');
do $$ declare v_fix text; begin
  foreach v_fix in array array(
    select fix from ops._advise_functions() where object in ('public.open()', 'public.power()')) loop
    execute v_fix;
  end loop;
end $$;
select is_empty('select * from pg_temp.found()', 'what mends them runs');

select * from finish();
rollback;
