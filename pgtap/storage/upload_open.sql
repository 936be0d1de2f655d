begin; select plan(5);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
update storage.buckets set file_size_limit = 100, allowed_mime_types = '{text/*}' where id = 'b';
create function pg_temp.open(_bucket text, _name text, _length bigint, _type text default 'text/plain')
  returns text language sql as $$
  select coalesce(o.body ->> 'code', o.status::text)
    from storage.upload_open(_bucket, _name, 'u', false, 'put', _length, 1000,
                             jsonb_build_object('mimetype', _type), null) o $$;
select is(pg_temp.open('b', 'f', 100), '200', 'what keeps the limits is admitted');
select results_eq('select size_limit, owner_id, state from storage.uploads',
                  $$ values (100::bigint, 'u', 'pending') $$, 'as pending, under the smaller limit');
select results_eq($$ select pg_temp.open('nope', 'f', 1)
                     union all
                     select pg_temp.open('b', '../f', 1)
                     union all
                     select pg_temp.open('b', 'f', 101)
                     union all
                     select pg_temp.open('b', 'f', 1, 'image/png')
                     union all
                     select pg_temp.open('b', null, 1)
                     union all
                     select pg_temp.open(null, 'f', 1) $$,
                  array['NoSuchBucket', 'InvalidKey', 'EntityTooLarge', 'InvalidMimeType',
                        'InvalidKey', 'NoSuchBucket'],
                  'each limit has its code');
select is(pg_temp.open('b', 'dir/.emptyFolderPlaceholder', 0, 'image/png')
          || pg_temp.open('b', 'dir/.emptyFolderPlaceholder', 1),
          '200EntityTooLarge', 'a folder''s placeholder is empty and of any type');
select storage.quota_set('b', 10, null);
select is(pg_temp.open('b', 'g', 11), 'QuotaExceeded', 'a quota is asked before any byte is sent');
select * from finish(); rollback;
