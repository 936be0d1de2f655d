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
select pg_temp.put('other', 'x');
select tests.as_user('ada');
select results_eq($$ select status, body ->> 'code' from storage.bucket_delete('b') $$,
                  $$ values (404, 'NoSuchBucket') $$, 'users delete none without a policy');
select tests.as_service();
select results_eq($$ select status from storage.bucket_delete('b') $$, array[200], 'an empty bucket goes');
select results_eq($$ select status, body ->> 'code' from storage.bucket_delete('other') $$,
                  $$ values (409, 'ResourceNotEmpty') $$, 'one with objects stays');
select * from finish(); rollback;
