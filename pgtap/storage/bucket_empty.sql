begin; select plan(3);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
create function pg_temp.put(_bucket_id text, _name text, _size bigint default 1, _owner text default null)
  returns uuid language sql as $$
  insert into storage.objects (bucket_id, name, owner_id, size, version, metadata)
  values (_bucket_id, _name, _owner, _size, gen_random_uuid(), '{"mimetype": "text/plain"}') returning version
$$;
select pg_temp.put('b', n::text) from generate_series(1, 5) n;
select pg_temp.put('other', 'x');
select tests.as_service();
select results_eq(
  $$ select body from storage.bucket_empty('b', 3) union all select body from storage.bucket_empty('b', 3) $$,
  array['{"more": true}', '{"more": false}']::jsonb[], 'a bucket is emptied in batches');
select results_eq('select bucket_id from storage.objects', array['other'], 'and no other');
select tests.as_user('ada');
select results_eq($$ select status from storage.bucket_empty('other') $$, array[404],
                  'not one that the caller does not see');
select * from finish(); rollback;
