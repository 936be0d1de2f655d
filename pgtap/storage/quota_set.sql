begin; select plan(5);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
create function pg_temp.put(_bucket_id text, _name text, _size bigint default 1, _owner text default null)
  returns uuid language sql as $$
  insert into storage.objects (bucket_id, name, owner_id, size, version, metadata)
  values (_bucket_id, _name, _owner, _size, gen_random_uuid(), '{"mimetype": "text/plain"}') returning version
$$;
select pg_temp.put('b', 'x', 30, 'u'), pg_temp.put('b', 'y', 20, null);
select tests.as_service();
select results_eq($$ select status, body ->> 'code' from storage.quota_set('nope', 1, 1) $$,
                  $$ values (404, 'NoSuchBucket') $$, 'an unknown bucket has no quota');
select results_eq($$ select status from storage.quota_set('b', 100, null) $$, array[200],
                  'a bucket gets one');
select tests.as_owner();
select results_eq($$ select owner_id, bytes, objects from storage.usage order by 1 $$,
                  $$ values ('', 50::bigint, 2::bigint), ('u', 30, 1) $$, 'and what was there is counted');
select storage.quota_set('b', null, null);
select is_empty('select from storage.usage', 'without a quota nothing is counted');
select tests.as_user('ada');
select throws_ok($$ select storage.quota_set('b', null, null) $$, '42501', null, 'users do not set quotas');
select * from finish(); rollback;
