begin; select plan(4);
select tests.alone('storage');
insert into storage.buckets (id, name, owner)
values ('b', 'b', null), ('c', 'c', '00000000-0000-0000-0000-00000000000a');
create policy seen on storage.buckets for select to authenticated using (id = 'c');
select tests.as_service();
select results_eq($$ select status
                       from storage.bucket_update('b', '{"public": true, "file_size_limit": 5,
                                                         "allowed_mime_types": ["a/b"]}') $$,
                  array[200], 'a bucket is changed');
select results_eq($$ select status from storage.bucket_update('b', '{"file_size_limit": null}') $$,
                  array[200], 'null clears');
select results_eq(
  $$ select public, file_size_limit, allowed_mime_types from storage.buckets where id = 'b' $$,
  $$ values (true, null::bigint, '{a/b}'::text[]) $$, 'what is not named stays');
select tests.as_user('ada');
select results_eq($$ select status, body ->> 'code' from storage.bucket_update('c', '{}') $$,
                  $$ values (404, 'NoSuchBucket') $$, 'seeing is not changing');
select * from finish(); rollback;
