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
update storage.buckets set public = true where id = 'other';
select pg_temp.put('b', tests.user('ada') || '/f'), pg_temp.put('other', 'p');
select tests.as_user('bob');
select results_eq($$ select body
                       from storage.objects_delete('b', array[tests.user('ada') || '/f', 'nope']) $$,
                  array['[]'::jsonb], 'a stranger deletes nothing, without an error');
select tests.as_anon();
select results_eq($$ select body from storage.objects_delete('other', array['p']) $$, array['[]'::jsonb],
                  'nor does anon');
select tests.as_user('ada');
select results_eq($$ select status, body -> 0 ->> 'name', jsonb_array_length(body)
                       from storage.objects_delete('b', array[tests.user('ada') || '/f', 'nope']) $$,
                  $$ select 200, tests.user('ada') || '/f', 1 $$, 'the owner does, and sees what went');
select tests.as_owner();
select is((select count(*)::int from storage.garbage), 1, 'its bytes are queued');
select * from finish(); rollback;
