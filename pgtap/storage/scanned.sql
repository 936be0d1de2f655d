begin; select plan(8);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
select jobs.register('scan');
select storage.hook_set('scan', 'scan', 'b');
create function pg_temp.upload(_name text) returns uuid
  language sql as $$
  select (o.body ->> 'upload')::uuid
    from storage.upload_open('b', _name, null, false, 'put', 5, 100, '{}', null) o $$;
create temporary table u as select pg_temp.upload('good') as good, pg_temp.upload('bad') as bad;
select c.status from u, storage.object_commit(u.good, 5) c
union all
select c.status from u, storage.object_commit(u.bad, 5) c;
select is_empty('select from storage.objects', 'an upload waits for its scan');
select is((select count(*)::int from jobs.jobs j, u where j.payload ->> 'id' = u.good::text), 1,
          'which is a job');
select results_eq($$ select s.status from u, storage.scanned(u.good, true) s
                     union all
                     select s.status from u, storage.scanned(u.bad, null) s $$,
                  array[200, 200], 'both get their verdict');
select results_eq('select name collate "default" from storage.objects', array['good'],
                  'what is clean appears, all else does not');
select results_eq('select g.version from storage.garbage g', 'select bad from u', 'and its bytes go');
create function pg_temp.offer(_name text) returns uuid
  language sql as $$
  select p.version
    from (select gen_random_uuid() as version) v,
         lateral (select v.version, o.status
                    from storage.object_put(v.version, 'b', _name, 'ada', true, 5, '{}', null) o) p $$;
insert into storage.objects (bucket_id, name, owner_id, version)
values ('b', 'there', 'bob', gen_random_uuid());
create temporary table late as select pg_temp.offer('free') as free, pg_temp.offer('there') as there;
insert into storage.objects (bucket_id, name, owner_id, version)
values ('b', 'free', 'bob', gen_random_uuid());
select results_eq($$ select s.status from late, storage.scanned(late.there, true) s $$, array[200],
                  'what policies allowed to replace when it came is replaced');
select results_eq($$ select s.body ->> 'code' from late, storage.scanned(late.free, true) s $$,
                  array['KeyAlreadyExists'], 'not what another made during the scan');
select tests.as_user('ada');
select throws_ok($$ select storage.scanned(gen_random_uuid(), true) $$, '42501', null,
                 'users give no verdict');
select * from finish(); rollback;
