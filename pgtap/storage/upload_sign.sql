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
update storage.buckets set public = true where id = 'other';
select pg_temp.put('b', tests.user('ada') || '/f'), pg_temp.put('other', 'p');
select tests.as_user('ada');
select results_eq($$ select status, body ->> 'owner'
                       from storage.upload_sign('b', tests.user('ada') || '/new', false) $$,
                  $$ select 200, tests.user('ada')::text $$, 'who may write gets a link in its own name');
select throws_ok($$ select storage.upload_sign('b', tests.user('ada') || '/f', false) $$, '23505', null,
                 'not for what exists');
select throws_ok($$ select storage.upload_sign('b', 'elsewhere', true) $$, '42501', null,
                 'nor where policies deny');
select results_eq($$ select status from storage.upload_sign('b', '..', false) $$, array[400],
                  'nor for a name that cannot be');
select results_eq($$ select body ->> 'replaces' = o.id::text
                       from storage.upload_sign('b', tests.user('ada') || '/f', true), storage.objects o $$,
                  array[true], 'a link that may replace names the object that is there');
select results_eq($$ select body ->> 'replaces'
                       from storage.upload_sign('b', tests.user('ada') || '/new', true) $$,
                  array[''], 'or none, where none is');
select tests.as_service();
select results_eq($$ select body ->> 'replaces'
                       from storage.upload_sign('b', tests.user('ada') || '/f', true) $$,
                  array['*'], 'whom no policy binds may replace any');
select results_eq($$ select body ->> 'replaces' from storage.upload_sign('b', 'new', false) $$, array[''],
                  'but not without upsert');
select * from finish(); rollback;
