begin; select plan(3);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
insert into storage.uploads (id, bucket_id, name, upsert, kind, size_limit, length, expires_at)
values ('00000000-0000-0000-0000-000000000001', 'b', 'f', false, 'tus', 100, 10, now() + interval '1 hour'),
       ('00000000-0000-0000-0000-000000000002', 'b', 'm', true, 's3', 100, null, now() + interval '1 hour');
create policy all_in_b on storage.objects for all to authenticated using (bucket_id = 'b' and name <> 'm');
select tests.as_anon();
select throws_ok($$ select storage.upload_abort('00000000-0000-0000-0000-000000000001', 'b', 'f', false) $$,
                 '42501', null, 'a stranger ends nothing');
select tests.as_user('ada');
select results_eq($$ select status
                       from storage.upload_abort('00000000-0000-0000-0000-000000000002', 'b', 'f', false) $$,
                  array[404], 'nor does one who names another object');
select results_eq($$ select status
                       from storage.upload_abort('00000000-0000-0000-0000-000000000001', 'b', 'f', false) $$,
                  array[200], 'who may write may end');
select * from finish(); rollback;
