begin; select plan(5);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
insert into storage.uploads (id, bucket_id, name, upsert, kind, size_limit, length, expires_at)
values ('00000000-0000-0000-0000-000000000001', 'b', 'f', false, 'tus', 100, 10, now() + interval '1 hour'),
       ('00000000-0000-0000-0000-000000000002', 'b', 'm', true, 's3', 100, null, now() + interval '1 hour');
create function pg_temp.take(
  _id uuid, _name text, _offset bigint, _length bigint default null, _now timestamptz default now())
  returns text language sql as $$
  select coalesce(t.body ->> 'code', t.status::text)
    from storage.upload_take(_id, 'b', _name, '00000000-0000-0000-0000-0000000000aa',
                             _offset, _length, _now) t $$;
select is(pg_temp.take('00000000-0000-0000-0000-000000000001', 'f', 0), '200',
          'an upload is taken at its offset');
select results_eq($$ select writer::text from storage.uploads where kind = 'tus' $$,
                  array['00000000-0000-0000-0000-0000000000aa'], 'by one writer');
select results_eq($$ select pg_temp.take('00000000-0000-0000-0000-000000000001', 'f', 1)
                     union all
                     select pg_temp.take('00000000-0000-0000-0000-000000000001', 'f', null)
                     union all
                     select pg_temp.take('00000000-0000-0000-0000-000000000001', 'f', 0, 11) $$,
                  array['InvalidUploadOffset', 'InvalidUploadOffset', 'InvalidUploadOffset'],
                  'at no other offset, and of no other length');
select results_eq($$ select pg_temp.take('00000000-0000-0000-0000-000000000001', 'g', 0)
                     union all
                     select pg_temp.take('00000000-0000-0000-0000-000000000001', 'f', 0,
                                         null, now() + interval '2 hours') $$,
                  array['NoSuchUpload', 'NoSuchUpload'], 'not for another object, not after its end');
select is(pg_temp.take('00000000-0000-0000-0000-000000000002', 'm', null, 101), 'EntityTooLarge',
          'and never for more than its limit');
select * from finish(); rollback;
