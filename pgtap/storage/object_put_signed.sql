begin; select plan(7);
select tests.alone('storage');
insert into storage.buckets (id, name, allowed_mime_types) values ('b', 'b', '{text/*}');
create function pg_temp.put(
  _name text, _size bigint, _type text, _upsert boolean default false, _replaces text default '',
  _owner text default 'u')
  returns text language sql as $$
  select coalesce(p.body ->> 'code', p.status::text)
    from storage.object_put_signed(_version => gen_random_uuid(), _bucket_id => 'b', _name => _name,
                                   _owner_id => _owner, _upsert => _upsert, _size => _size,
                                   _limit => 10, _headers => jsonb_build_object('mimetype', _type),
                                   _user_metadata => null, _replaces => _replaces) p
$$;
select is(pg_temp.put('f', 10, 'text/plain'), '200', 'a link puts an object where limits allow it');
select results_eq($$ select pg_temp.put('g', 11, 'text/plain')
                     union all
                     select pg_temp.put('g', 1, 'image/png')
                     union all
                     select pg_temp.put('/g', 1, 'text/plain') $$,
                  array['EntityTooLarge', 'InvalidMimeType', 'InvalidKey'],
                  'and is refused where they do not');
select is(pg_temp.put('f', 1, 'text/plain'), 'KeyAlreadyExists', 'it replaces nothing without upsert');
select is(pg_temp.put('f', 1, 'text/plain', true), '200', 'with upsert it replaces what its maker owns');
select is(pg_temp.put('f', 1, 'text/plain', true, _owner => null), 'KeyAlreadyExists',
          'not what came since, and another owns');
select results_eq($$ select pg_temp.put('f', 1, 'text/plain', true, o.id::text, 'v') from storage.objects o
                     union all
                     select pg_temp.put('f', 1, 'text/plain', true, '*', 'w') $$,
                  array['200', '200'], 'but the object that it names, or any if it says so');
select tests.as_service();
select throws_ok($$ select pg_temp.put('h', 1, 'text/plain') $$, '42501', null, 'only the server uses it');
select * from finish(); rollback;
