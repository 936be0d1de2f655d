begin; select plan(6);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b');
create function pg_temp.put(_version uuid, _name text, _upsert boolean, _bucket text default 'b') returns text
  language sql as $$
  select coalesce(p.body ->> 'code', p.status::text)
    from storage.object_put(_version => _version, _bucket_id => _bucket, _name => _name,
                            _owner_id => 'u', _upsert => _upsert, _size => 5,
                            _headers => '{"mimetype": "text/plain"}', _user_metadata => '{"k": 1}') p
$$;
create temporary table v as select gen_random_uuid() as first, gen_random_uuid() as second;
select is(pg_temp.put((select v.first from v), 'f', false), '200', 'stored bytes become an object');
select results_eq(
  'select o.version, o.size, o.owner_id, o.metadata ->> ''size'', o.user_metadata from storage.objects o', $$
    select v.first, 5::bigint, 'u', '5', '{"k": 1}'::jsonb from v $$,
  'with version, size, owner and metadata');
select is(pg_temp.put((select v.second from v), 'f', false), 'KeyAlreadyExists',
          'a second writer is refused');
select is(pg_temp.put((select v.second from v), 'f', true), '200', 'but replaces with upsert');
select is(pg_temp.put(gen_random_uuid(), 'f', true, 'none'), 'NoSuchBucket', 'a bucket that went is said');
select tests.as_service();
select throws_ok($$ select pg_temp.put(gen_random_uuid(), 'g', false) $$, '42501', null,
                 'request roles name no bytes');
select * from finish(); rollback;
