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
insert into storage.uploads (id, bucket_id, name, upsert, kind, size_limit, length, expires_at)
values ('00000000-0000-0000-0000-000000000001', 'b', 'f', false, 'tus', 100, 10, now() + interval '1 hour'),
       ('00000000-0000-0000-0000-000000000002', 'b', 'm', true, 's3', 100, null, now() + interval '1 hour');
insert into storage.parts
values ('00000000-0000-0000-0000-000000000001', 1, '00000000-0000-0000-0000-0000000000aa', 1);
insert into storage.garbage (version) values ('00000000-0000-0000-0000-0000000000bb');
create temporary table v as select pg_temp.put('b', 'x') as version;
select is_empty($$ select *
                     from storage.versions_unknown((select array_agg(version) from v) || array[
                       '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000aa',
                       '00000000-0000-0000-0000-0000000000bb']::uuid[]) $$,
                'objects, uploads, parts and garbage are known');
select results_eq(
  $$ select * from storage.versions_unknown(array['00000000-0000-0000-0000-0000000000cc']::uuid[]) $$,
  array['00000000-0000-0000-0000-0000000000cc'::uuid], 'the rest is not');
select * from finish(); rollback;
