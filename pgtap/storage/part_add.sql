begin; select plan(9);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
insert into storage.uploads (id, bucket_id, name, upsert, kind, size_limit, length, expires_at)
values ('00000000-0000-0000-0000-000000000001', 'b', 'f', false, 'tus', 100, 10, now() + interval '1 hour'),
       ('00000000-0000-0000-0000-000000000002', 'b', 'm', true, 's3', 100, null, now() + interval '1 hour');
update storage.uploads set writer = '00000000-0000-0000-0000-0000000000aa';
create function pg_temp.add(_id uuid, _part text, _size bigint, _number int default null) returns text
  language sql as $$
  select coalesce(a.body ->> 'code', a.body ->> 'received')
    from storage.part_add(_id, ('00000000-0000-0000-0000-0000000000' || _part)::uuid, _size, _number) a $$;
select is(pg_temp.add('00000000-0000-0000-0000-000000000001', 'aa', 4), '4', 'a part of the writer counts');
select is(pg_temp.add('00000000-0000-0000-0000-000000000001', 'aa', 4), 'ResourceLocked', 'once');
select is(pg_temp.add('00000000-0000-0000-0000-000000000001', 'bb', 4), 'ResourceLocked',
          'one of an overtaken writer does not');
update storage.uploads set writer = '00000000-0000-0000-0000-0000000000cc';
select is(pg_temp.add('00000000-0000-0000-0000-000000000001', 'cc', 7), 'EntityTooLarge',
          'nor one that is too long');
select results_eq($$ select pg_temp.add('00000000-0000-0000-0000-000000000002', 'd1', 5, 2)
                     union all
                     select pg_temp.add('00000000-0000-0000-0000-000000000002', 'd2', 6, 1)
                     union all
                     select pg_temp.add('00000000-0000-0000-0000-000000000002', 'd3', 7, 2) $$,
                  array['5', '11', '13'],
                  'parts with numbers come in any order, and the last of a number wins');
select results_eq('select right(version::text, 2) from storage.garbage', array['d1'],
                  'the other''s bytes are queued');
select is(pg_temp.add('00000000-0000-0000-0000-000000000002', 'd4', 88, 3), 'EntityTooLarge',
          'they are no more together than one object may be');
select is(pg_temp.add('00000000-0000-0000-0000-000000000002', 'd5', 94, 2), '100',
          'but what a part replaces does not count');
select is(pg_temp.add(gen_random_uuid(), 'ee', 1), 'NoSuchUpload', 'an unknown upload has no parts');
select * from finish(); rollback;
