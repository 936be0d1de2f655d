begin; select plan(2);
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
select results_eq($$ select name, id is null from storage.search('a/', 'b') $$,
                  $$ values ('x', false), ('y', true) $$, 'a level by the name that people know');
select results_eq($$ select name from storage.search('', 'b', 2, 1, 1, '1') $$, array['10', '11'],
                  'with search and pages');
select * from finish(); rollback;
