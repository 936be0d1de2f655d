begin; select plan(9);
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
create function pg_temp.open(_bucket text, _name text, _upsert boolean, _replaces text default '')
  returns text language sql as $$
  select coalesce(o.body ->> 'code', o.status::text)
    from storage.upload_signed(_bucket, _name, 'u', _upsert, 'put', 1, 100, '{}', null, _replaces) o $$;
select is(pg_temp.open('other', 'new', false), '200', 'a link opens an upload');
select is(pg_temp.open('other', 'p', false), 'KeyAlreadyExists', 'not of what exists');
select is(pg_temp.open('other', 'p', true), 'KeyAlreadyExists',
          'nor, with upsert, of what it does not name and another owns');
select is(pg_temp.open('other', 'p', true, '*'), '200', 'but where it may replace any');
select results_eq(
  $$ select pg_temp.open('other', 'p', true, o.id::text) from storage.objects o where o.name = 'p' $$,
  array['200'], 'or this very object');
select results_eq($$ select u.replaces from storage.uploads u where u.name = 'new' $$, array[''],
                  'what it may replace is noted');
select pg_temp.put('other', 'mine', 1, 'u');
select is(pg_temp.open('other', 'mine', true), '200', 'what its maker owns may be replaced, too');
select is(pg_temp.open('nope', 'p', true), 'NoSuchBucket', 'a bucket that went is said');
select tests.as_service();
select throws_ok($$ select storage.upload_signed('other', 'x', 'u', true, 'put', 1, 1, '{}', null, '') $$,
                 '42501', null, 'only the server opens them');
select * from finish(); rollback;
