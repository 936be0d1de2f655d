begin; select plan(5);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
insert into storage.uploads (id, bucket_id, name, upsert, kind, size_limit, length, expires_at)
values ('00000000-0000-0000-0000-000000000001', 'b', 'f', false, 'tus', 100, 10, now() + interval '1 hour'),
       ('00000000-0000-0000-0000-000000000002', 'b', 'm', true, 's3', 100, null, now() + interval '1 hour');
select results_eq($$ select status, body ->> 'code'
                       from storage.upload_discard('00000000-0000-0000-0000-000000000001', 'b', 'other') $$,
                  $$ values (404, 'NoSuchUpload') $$, 'the object must be the upload''s own');
select results_eq($$ select status from storage.upload_discard('00000000-0000-0000-0000-000000000001') $$,
                  array[200], 'an upload is given up');
select results_eq('select version from storage.garbage',
                  $$ values ('00000000-0000-0000-0000-000000000001'::uuid) $$, 'and its bytes are queued');
update storage.uploads set state = 'committed';
select results_eq($$ select status, body ->> 'code'
                       from storage.upload_discard('00000000-0000-0000-0000-000000000002') $$,
                  $$ values (400, 'InvalidRequest') $$, 'a finished one is not');
select results_eq($$ select status from storage.upload_discard(null) $$, array[404], 'nor is none');
select * from finish(); rollback;
