begin;
select plan(2);

create table public.parent (id int primary key);
create table public.child (id int primary key references public.parent, note text);
comment on column public.child.note is 'What to know.';
select is((select jsonb_path_query_array(ops._describe_relations('public'),
                                         '$[*] ? (@.name == "child").relationships[*].one_to_one')),
          '[true]', 'a unique foreign key is one to one');
select is((select jsonb_path_query_array(
             ops._describe_relations('public'),
             '$[*] ? (@.name == "child").columns[*] ? (@.name == "note").comment')),
          '["What to know."]', 'comments come along');

select * from finish();
rollback;
