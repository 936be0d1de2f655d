begin; select plan(1);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
insert into storage.uploads (id, bucket_id, name, upsert, kind, size_limit, expires_at)
select i::uuid, 'b', 'x', false, 'tus', 9, now()
  from unnest(array['00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002']) i;
insert into storage.parts (upload_id, number, version, size)
values ('00000000-0000-0000-0000-000000000001', 1, '00000000-0000-0000-0000-00000000000a', 1),
       ('00000000-0000-0000-0000-000000000002', 1, '00000000-0000-0000-0000-00000000000b', 1);
insert into storage.objects (bucket_id, name, version)
values ('b', 'x', '00000000-0000-0000-0000-00000000000b');
delete from storage.uploads;
select set_eq('select right(version::text, 1) from storage.garbage', array['1', '2', 'a'],
              'what goes leaves its bytes to the reaper, but those that an object took over');
select * from finish(); rollback;
