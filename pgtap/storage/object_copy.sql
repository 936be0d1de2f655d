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
update storage.buckets set public = true where id = 'other';
select pg_temp.put('b', tests.user('ada') || '/f'), pg_temp.put('other', 'p', 7);
create function pg_temp.copy(_bucket text, _from text, _to text, _copy boolean default true) returns jsonb
  language sql as $$
  select c.body
    from storage.object_copy(_bucket, _from, 'b', _to, false, 100, '{"cacheControl": "x"}',
                             '{"n": 1}', _copy) c $$;
update storage.objects set user_metadata = '{"o": 1}';
select tests.as_user('ada');
select is(pg_temp.copy('b', tests.user('ada') || '/f', tests.user('ada') || '/c') ->> 'source',
          (select version::text from storage.objects), 'a copy begins with the source''s bytes');
select is(pg_temp.copy('other', 'p', tests.user('ada') || '/c') ->> 'code', 'NoSuchKey',
          'of what one may read');
select throws_ok($$ select pg_temp.copy('b', tests.user('ada') || '/f', 'elsewhere') $$, '42501', null,
                 'to where one may write');
select isnt(pg_temp.copy('b', tests.user('ada') || '/f', tests.user('ada') || '/d', false) ->> 'upload', null,
            'metadata may be given anew');
select tests.as_owner();
select results_eq($$ select u.headers, u.user_metadata from storage.uploads u order by u.name $$,
                  $$ values ('{"mimetype": "text/plain"}'::jsonb, '{"o": 1}'::jsonb),
                            ('{"mimetype": "text/plain", "cacheControl": "x"}', '{"n": 1}') $$,
                  'or is the source''s');
select * from finish(); rollback;
