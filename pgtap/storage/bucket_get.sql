begin; select plan(3);
select tests.alone('storage');
insert into storage.buckets (id, name, owner)
values ('b', 'b', null), ('c', 'c', '00000000-0000-0000-0000-00000000000a');
create policy seen on storage.buckets for select to authenticated using (id = 'c');
select tests.as_user('ada');
select results_eq($$ select status, body ->> 'id', body ->> 'owner' from storage.bucket_get('c') $$, $$
                    values (200, 'c', '00000000-0000-0000-0000-00000000000a') $$,
                  'a bucket that policies show');
select results_eq($$ select status, body ->> 'code' from storage.bucket_get('b') $$,
                  $$ values (404, 'NoSuchBucket') $$, 'others are not there');
select tests.as_service();
select results_eq($$ select body ->> 'owner' from storage.bucket_get('b') $$, array[''],
                  'no owner is an empty one');
select * from finish(); rollback;
