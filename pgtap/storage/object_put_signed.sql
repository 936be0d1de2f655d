begin; select plan(4);
select tests.alone('storage');
insert into storage.buckets (id, name, allowed_mime_types) values ('b', 'b', '{text/*}');
create function pg_temp.put(_name text, _size bigint, _type text) returns text language sql as $$
  select coalesce(p.body ->> 'code', p.status::text)
    from storage.object_put_signed(_version => gen_random_uuid(), _bucket_id => 'b', _name => _name, _owner_id => 'u', _upsert => false, _size => _size, _limit => 10, _headers => jsonb_build_object('mimetype', _type), _user_metadata => null) p
$$;
select is(pg_temp.put('f', 10, 'text/plain'), '200', 'a link puts an object where limits allow it');
select results_eq($$ select pg_temp.put('g', 11, 'text/plain') union all select pg_temp.put('g', 1, 'image/png') union all select pg_temp.put('/g', 1, 'text/plain') $$, array['EntityTooLarge', 'InvalidMimeType', 'InvalidKey'], 'and is refused where they do not');
select is(pg_temp.put('f', 1, 'text/plain'), 'KeyAlreadyExists', 'it replaces nothing without upsert');
select tests.as_service();
select throws_ok($$ select pg_temp.put('h', 1, 'text/plain') $$, '42501', null, 'only the server uses it');
select * from finish(); rollback;
