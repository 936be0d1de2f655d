begin; select plan(5);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
insert into storage.uploads (id, bucket_id, name, upsert, kind, size_limit, length, expires_at)
values ('00000000-0000-0000-0000-000000000001', 'b', 'f', false, 'tus', 100, 10, now() + interval '1 hour'),
       ('00000000-0000-0000-0000-000000000002', 'b', 'm', true, 's3', 100, null, now() + interval '1 hour');
insert into storage.parts
values ('00000000-0000-0000-0000-000000000001', 1, '00000000-0000-0000-0000-0000000000aa', 1);
select is_empty('select * from storage.reap()', 'what is new is left alone');
select storage.reap(_now => now() + interval '2 hours');
select is_empty('select from storage.uploads', 'expired uploads go');
select set_eq($$ select right(v::text, 2) from storage.reap(_now => now() + interval '3 hours') v $$,
              array['01', '02', 'aa'], 'and their bytes are due');
select is_empty($$ select * from storage.reap(_now => now() + interval '3 hours') $$,
                'to one node at a time');
select isnt_empty($$ select * from storage.reap(_now => now() + interval '4 hours') $$,
                  'until its lease ends');
select * from finish(); rollback;
