begin; select plan(8);
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
select results_eq($$ select key from storage.entries('b', '', true, null, 100) $$, array[
                    '1', '10', '11', '2', 'B', 'a.b', 'a/', 'c/'],
                  'a level in byte order, folders as one');
select results_eq($$ select key from storage.entries('b', '', false, null, 100) $$,
                  array['1', '10', '11', '2', 'B', 'a.b', 'a/x', 'a/y/z', 'c/', 'c/d'], 'or all names');
select results_eq($$ select key, id is null from storage.entries('b', 'a/', true, null, 100) $$,
                  $$ values ('a/x', false), ('a/y/', true) $$, 'a folder''s level');
select results_eq($$ select key from storage.entries('b', '', true, 'a.b', 1) $$, array['a/'],
                  'what follows a name');
select results_eq($$ select key from storage.entries('b', '', true, 'a/', 5) $$, array['c/'],
                  'what follows a folder');
insert into storage.objects (bucket_id, name)
select 'other', 'f' || n % 3 || '/' || n from generate_series(1, 3000) n;
select results_eq($$ select key from storage.entries('other', '', true, null, 10) $$,
                  array['f0/', 'f1/', 'f2/'], 'large folders are jumped over');
select is_empty($$ select from storage.entries('b', 'none', true, null, 10)
                   union all
                   select from storage.entries('b', '', true, null, 0) $$,
                'nothing is no row');
select tests.as_user('ada');
select is_empty($$ select from storage.entries('b', '', false, null, 10) $$,
                'what policies hide is not listed');
select * from finish(); rollback;
