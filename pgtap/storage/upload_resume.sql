begin; select plan(3);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
insert into storage.uploads (id, bucket_id, name, upsert, kind, size_limit, length, expires_at)
values ('00000000-0000-0000-0000-000000000001', 'b', 'f', false, 'tus', 100, 10, now() + interval '1 hour'),
       ('00000000-0000-0000-0000-000000000002', 'b', 'm', true, 's3', 100, null, now() + interval '1 hour');
create policy all_in_b on storage.objects for all to authenticated using (bucket_id = 'b');
select tests.as_user('ada');
select results_eq($$ select status
                       from storage.upload_resume('00000000-0000-0000-0000-000000000001', 'b',
                                                  'f', false, gen_random_uuid(), 0) $$,
                  array[200], 'who may write may go on');
select results_eq($$ select status
                       from storage.upload_resume('00000000-0000-0000-0000-000000000001', 'b',
                                                  'f', false, gen_random_uuid(), 7) $$,
                  array[409], 'at the right offset');
select tests.as_anon();
select throws_ok($$ select storage.upload_resume('00000000-0000-0000-0000-000000000001', 'b',
                                                 'f', false, gen_random_uuid(), 0) $$,
                 '42501', null, 'policies are asked anew for each part');
select * from finish(); rollback;
