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
select pg_temp.put('b', 'x', 3), pg_temp.put('b', 'y', 4), pg_temp.put('other', 'z', 5);
select results_eq('select bucket_id, size from storage.get_size_by_bucket() order by 1',
                  $$ values ('b', 7::bigint), ('other', 5) $$, 'sizes by bucket');
select tests.as_anon();
select is_empty('select * from storage.get_size_by_bucket()', 'of what one may see');
select * from finish(); rollback;
