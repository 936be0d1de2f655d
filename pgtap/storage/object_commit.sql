begin; select plan(14);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
create function pg_temp.open(_name text, _upsert boolean default false, _kind text default 'put') returns uuid
  language sql as $$
  select (o.body ->> 'upload')::uuid
    from storage.upload_open('b', _name, '00000000-0000-0000-0000-00000000000a', _upsert, _kind, null,
                             100, '{"mimetype": "text/plain", "cacheControl": "no-cache"}', '{"k": 1}') o $$;
create temporary table u as
  select pg_temp.open('f') as first, pg_temp.open('f') as second, pg_temp.open('f', true) as third,
         pg_temp.open('f', false, 'tus') as tus;
select results_eq($$ select c.status, c.body ->> 'name' from u, storage.object_commit(u.first, 5) c $$,
                  $$ values (200, 'f') $$, 'a received upload becomes an object');
select results_eq($$ select o.version = u.first, o.size, o.metadata ->> 'size',
                            o.metadata ->> 'eTag', o.user_metadata, o.owner, o.owner_id
                       from storage.objects o, u $$,
                  $$ select true, 5::bigint, '5', '"' || replace(u.first::text, '-', '') || '-1"',
                            '{"k": 1}'::jsonb, '00000000-0000-0000-0000-00000000000a'::uuid,
                            '00000000-0000-0000-0000-00000000000a'
                       from u $$,
                  'with its size, tag, owner and metadata');
select results_eq($$ select c.status, c.body ->> 'code' from u, storage.object_commit(u.first, 5) c $$,
                  $$ values (404, 'NoSuchUpload') $$, 'only once');
select results_eq($$ select c.status, c.body ->> 'code' from u, storage.object_commit(u.second, 5) c $$,
                  $$ values (409, 'KeyAlreadyExists') $$, 'a second writer is refused');
create temporary table id as select id from storage.objects;
select results_eq($$ select c.status, c.body ->> 'id' = id.id::text
                       from u, id, storage.object_commit(u.third, 6) c $$,
                  $$ values (200, true) $$, 'but replaces with upsert, and the id stays');
select results_eq('select g.version from storage.garbage g', 'select first from u',
                  'the replaced bytes are queued');
select results_eq($$ select c.status, c.body ->> 'code' from u, storage.object_commit(u.tus, 101) c $$,
                  $$ values (413, 'EntityTooLarge') $$, 'more than the limit is refused');
select results_eq($$ select c.status, c.body ->> 'code' from u, storage.object_commit(u.tus, null) c $$,
                  $$ values (413, 'EntityTooLarge') $$, 'so is an unknown size');
select results_eq($$ select c.status, c.body ->> 'code'
                       from u, storage.object_commit(u.tus, 5, gen_random_uuid()) c $$,
                  $$ values (404, 'NoSuchUpload') $$, 'bytes of others are not taken');
update storage.objects set owner_id = 'somebody' where name = 'f';
create temporary table w as select pg_temp.open('f', true) as id;
select results_eq($$ select c.body ->> 'code' from w, storage.object_commit(w.id, 6) c $$,
                  array['KeyAlreadyExists'], 'where nobody was asked, what others own stays');
select results_eq($$ select c.status from w, storage.object_commit(w.id, 6, _asked => true) c $$, array[200],
                  'where policies were, it is replaced');
update storage.objects set owner_id = 'somebody' where name = 'f';
create temporary table l as select pg_temp.open('f', true) as other, pg_temp.open('f', true) as this;
update storage.uploads u
   set replaces = case u.id when l.other then gen_random_uuid() else o.id end::text
  from l, storage.objects o
 where o.name = 'f' and u.id in (l.other, l.this);
select results_eq($$ select c.body ->> 'code' from l, storage.object_commit(l.other, 6) c $$, array[
                    'KeyAlreadyExists'],
                  'a link to replace one object does not replace another that came by its name');
select results_eq($$ select c.status from l, storage.object_commit(l.this, 6) c $$, array[200],
                  'but the one');
select tests.as_service();
select throws_ok($$ select storage.object_commit(gen_random_uuid(), 1) $$, '42501', null,
                 'request roles commit nothing');
select * from finish(); rollback;
