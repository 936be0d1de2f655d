begin; select plan(7);
select tests.alone('storage');
insert into storage.buckets (id, name, file_size_limit, allowed_mime_types)
values ('b', 'b', 100, '{text/*}');
create policy own_files on storage.objects
  for all to authenticated
  using (owner_id = (select auth.uid()::text));
create function pg_temp.offer(_bucket text, _name text, _size bigint, _type text) returns boolean
  language sql as $$
  select storage.object_offer(_bucket_id => _bucket, _name => _name, _upsert => false, _size => _size,
                              _limit => 90, _headers => jsonb_build_object('mimetype', _type),
                              _user_metadata => null)
$$;
select tests.as_user('ada');
select ok(pg_temp.offer('b', 'f', 90, 'text/plain'), 'what limits and policies allow may be written');
select throws_ok($$ select pg_temp.offer('none', 'f', 1, 'text/plain') $$, 'PT404', 'Bucket not found',
                 'an unknown bucket is refused');
select throws_ok($$ select pg_temp.offer('b', '../f', 1, 'text/plain') $$, 'PT400', 'Invalid key: ../f',
                 'so is a name that is none');
select throws_ok($$ select pg_temp.offer('b', 'f', 91, 'text/plain') $$,
                 'PT413', 'The object exceeded the maximum allowed size', 'so is what is too large');
select throws_ok(
  $$ select pg_temp.offer('b', 'f', 1, 'image/png') $$, 'PT415', 'mime type image/png is not supported',
  'so is a type that the bucket does not take');
select tests.as_anon();
select throws_ok($$ select pg_temp.offer('b', 'f', 1, 'text/plain') $$, '42501', null,
                 'so is a caller whom no policy allows it');
select tests.as_owner();
select is_empty('select from storage.objects', 'and asking writes nothing');
select * from finish(); rollback;
