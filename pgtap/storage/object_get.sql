begin; select plan(6);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
create function pg_temp.put(_bucket_id text, _name text, _size bigint default 1, _owner text default null)
  returns uuid language sql as $$
  insert into storage.objects (bucket_id, name, owner_id, size, version, metadata)
  values (_bucket_id, _name, _owner, _size, gen_random_uuid(), '{"mimetype": "text/plain"}') returning version
$$;
update storage.buckets set public = true where id = 'other';
select pg_temp.put('b', tests.user('ada') || '/f'), pg_temp.put('other', 'p');
select tests.as_user('ada');
select isnt_empty($$ select from storage.object_get('b', tests.user('ada') || '/f') $$, 'the owner reads');
select is_empty($$ select from storage.object_get('other', 'p') $$, 'a public bucket is no policy');
select isnt_empty($$ select from storage.object_get('other', 'p', true) $$, 'but may be asked for');
select tests.as_user('bob');
select is_empty($$ select from storage.object_get('b', tests.user('ada') || '/f', true) $$,
                'a stranger reads nothing');
select tests.as_anon();
select is_empty($$ select from storage.object_get('b', tests.user('ada') || '/f', true) $$, 'nor does anon');
select tests.as_service();
select isnt_empty($$ select from storage.object_get('other', 'p') $$, 'service_role reads everything');
select * from finish(); rollback;
