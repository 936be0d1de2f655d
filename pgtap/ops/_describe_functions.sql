begin;
select plan(3);

create function public.made() returns trigger language plpgsql as $$ begin return new; end $$;
create function public.two(a int, out b int, out c text) language sql as $$ select 1, '' $$;
select is((select jsonb_path_query_array(ops._describe_functions('public'), '$[*] ? (@.name == "made")')),
          '[]', 'triggers cannot be called');
select is((select jsonb_path_query_array(ops._describe_functions('public'),
                                         '$[*] ? (@.name == "two").columns[*].name')),
          '["b", "c"]', 'out parameters are columns');
revoke execute on function public.two(int) from public;
grant execute on function public.two(int) to authenticated;
select is((select jsonb_path_query_array(ops._describe_functions('public'),
                                         '$[*] ? (@.name == "two").roles[*]')),
          '["authenticated"]', 'who may call it is said');

select * from finish();
rollback;
