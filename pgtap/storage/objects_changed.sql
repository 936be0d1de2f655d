begin; select plan(11);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
create function pg_temp.put(_bucket_id text, _name text, _size bigint default 1, _owner text default null)
  returns uuid language sql as $$
  insert into storage.objects (bucket_id, name, owner_id, size, version, metadata)
  values (_bucket_id, _name, _owner, _size, gen_random_uuid(), '{"mimetype": "text/plain"}') returning version
$$;
create temporary table v as select pg_temp.put('b', 'x', 30, 'u') as version;
select storage.quota_set('b', 100, 2);
update storage.objects set version = gen_random_uuid(), size = 40;
select results_eq('select version from storage.garbage', 'select version from v',
                  'bytes that were replaced are queued for removal');
select results_eq($$ select owner_id, bytes, objects from storage.usage order by 1 $$,
                  $$ values ('', 40::bigint, 1::bigint), ('u', 40, 1) $$, 'usage follows the size');
select throws_ok($$ select pg_temp.put('b', 'y', 61) $$, 'PT413', 'The bucket may hold 100 bytes.',
                 'too many bytes are refused');
select lives_ok($$ select pg_temp.put('b', 'y', 60) $$, 'just enough are not');
select throws_ok($$ select pg_temp.put('b', 'z', 0) $$, 'PT413', 'The bucket may hold 2 objects.',
                 'too many objects are refused');
update storage.objects set bucket_id = 'other' where name = 'y';
select results_eq($$ select bytes, objects from storage.usage where owner_id = '' $$,
                  $$ values (40::bigint, 1::bigint) $$, 'what moves away is not counted any more');
delete from storage.objects;
select is((select count(*)::int from storage.garbage), 3, 'the bytes of what is deleted are queued');
create function pg_temp.fired(_event text) returns bigint
  language sql as $$
  select count(*)
    from jobs.jobs j
   where j.payload ->> 'event' = _event and j.payload ->> 'name' = 'h' and j.payload ->> 'extra' = '1' $$;
select jobs.register('notice');
select h.status
  from unnest(array['created', 'updated', 'moved', 'deleted']) e,
       storage.hook_set(e, 'notice', 'b', '{"extra": 1}') h;
select pg_temp.put('b', 'h');
select is(pg_temp.fired('created'), 1::bigint, 'a hook enqueues its job');
update storage.objects set user_metadata = '{"a": 1}' where name = 'h';
select is(pg_temp.fired('updated'), 1::bigint, 'for an update');
update storage.objects set last_accessed_at = now() + interval '1 s' where name = 'h';
select is(pg_temp.fired('updated'), 1::bigint, 'but not for a read');
delete from storage.objects where name = 'h';
select is(pg_temp.fired('deleted'), 1::bigint, 'and for a delete');
select * from finish(); rollback;
