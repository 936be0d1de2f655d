begin; select plan(4);
select results_eq($$ select n, storage.foldername(n)
                       from unnest(array['a', 'a/b', 'a/b/c', 'a/', '/a', 'a//b', '', null]) n $$,
                  $$ values ('a', '{}'::text[]),
                            ('a/b', '{a}'),
                            ('a/b/c', '{a,b}'),
                            ('a/', '{a}'),
                            ('/a', '{""}'),
                            ('a//b', '{a,""}'),
                            ('', '{}'),
                            (null, null) $$,
                  'folders are all segments but the last');
select results_eq($$ select storage.filename(n), storage.extension(n)
                       from unnest(array['a/b.tar.gz', 'a.d/b', 'b.']) n $$,
                  $$ values ('b.tar.gz', 'gz'), ('b', 'b'), ('b.', '') $$,
                  'the last segment is the file, what follows its last dot the extension');
create temporary table plan (line text) on commit drop;
do $$ declare v_line text; begin
  for v_line in
    execute 'explain verbose select from storage.objects where (storage.foldername(name))[1] = ''x'''
  loop
    insert into plan values (v_line);
  end loop;
end $$;
select is_empty($$ select line from plan where line like '%foldername%' $$,
                'a policy that asks for folders calls no function for a row');
select isnt_empty($$ select line from plan where line like '%trim_array%' $$,
                  'but has its body in its place');
select * from finish(); rollback;
