begin; select plan(5);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('free', 'free');
select jobs.register('scan');
select storage.hook_set('scan', 'scan', 'b');
select results_eq($$ select storage._is_scanned('b'), storage._is_scanned('free') $$,
                  $$ values (true, false) $$, 'a scan hook is of its bucket');
create function pg_temp.put(_bucket text) returns jsonb language sql as $$
  select p.body
    from storage.object_put(_version => gen_random_uuid(), _bucket_id => _bucket,
                            _name => 'f', _owner_id => null, _upsert => false, _size => 5,
                            _headers => '{}', _user_metadata => null) p
$$;
select is(pg_temp.put('b') ->> 'scanning', 'true', 'bytes that await a scanner are held back');
select results_eq($$ select u.state, u.version = u.id, u.size from storage.uploads u $$,
                  $$ values ('scanning', true, 5::bigint) $$, 'as an upload');
select is_empty('select from storage.objects', 'that is no object yet');
select is(pg_temp.put('free') ->> 'name', 'f', 'where nothing scans, they are one at once');
select * from finish(); rollback;
