begin; select plan(4);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
update storage.buckets set file_size_limit = 10, allowed_mime_types = '{text/*}' where id = 'b';
select is(storage.admit('b', 'f', 'text/plain', 10), null, 'what keeps the limits is admitted');
select results_eq($$ select storage.admit('nope', 'f', 'text/plain', 1) ->> 'code'
                     union all
                     select storage.admit('b', '/f', 'text/plain', 1) ->> 'code'
                     union all
                     select storage.admit('b', 'f', 'text/plain', 11) ->> 'code'
                     union all
                     select storage.admit('b', 'f', null, 1) ->> 'code' $$,
                  array['NoSuchBucket', 'InvalidKey', 'EntityTooLarge', 'InvalidMimeType'],
                  'each limit has its code');
select results_eq($$ select storage.admit('b', 'd/.emptyFolderPlaceholder', null, 0),
                            storage.admit('b', 'd/.emptyFolderPlaceholder', null, 1) ->> 'code' $$,
                  $$ values (null::jsonb, 'EntityTooLarge') $$,
                  'a folder''s placeholder is empty, of any type');
select is(storage.admit('b', 'f', 'text/plain', 6, 5) ->> 'code', 'EntityTooLarge',
          'the server''s own limit holds, too');
select * from finish(); rollback;
