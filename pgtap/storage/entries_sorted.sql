begin; select plan(4);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
create function pg_temp.put(_bucket_id text, _name text, _size bigint default 1, _owner text default null)
  returns uuid language sql as $$
  insert into storage.objects (bucket_id, name, owner_id, size, version, metadata)
  values (_bucket_id, _name, _owner, _size, gen_random_uuid(), '{"mimetype": "text/plain"}') returning version
$$;
select pg_temp.put('b', n)
  from unnest(array['1', '10', '11', '2', 'B', 'a/x', 'a/y/z', 'a.b', 'c/', 'c/d']) n;
update storage.objects set created_at = now() - interval '1 hour' where name = 'B';
select results_eq($$ select key from storage.entries_sorted('b', '', true, '', 'name', true, 0, 3) $$,
                  array['c/', 'a/', 'a.b'], 'names descend');
select results_eq($$ select key from storage.entries_sorted('b', '', true, 'A', 'name', false, 0, 9) $$,
                  array['a.b', 'a/'], 'a search begins names, in any case');
select results_eq($$ select key from storage.entries_sorted('b', '', true, '', 'created_at', false, 0, 3) $$,
                  array['a/', 'c/', 'B'], 'folders come before what has dates');
select results_eq($$ select key from storage.entries_sorted('b', '', true, '', 'name', false, 1, 2) $$,
                  array['10', '11'], 'pages');
select * from finish(); rollback;
