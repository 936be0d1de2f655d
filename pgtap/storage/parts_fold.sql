begin; select plan(4);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
insert into storage.uploads (id, bucket_id, name, upsert, kind, size_limit, length, expires_at)
values ('00000000-0000-0000-0000-000000000001', 'b', 'f', false, 'tus', 100, 10, now() + interval '1 hour'),
       ('00000000-0000-0000-0000-000000000002', 'b', 'm', true, 's3', 100, null, now() + interval '1 hour');
insert into storage.parts
select '00000000-0000-0000-0000-000000000001', n, gen_random_uuid(), n from generate_series(1, 4) n;
select results_eq($$ select status
                       from storage.parts_fold('00000000-0000-0000-0000-000000000001',
                                               '00000000-0000-0000-0000-0000000000ff', 3) $$,
                  array[200], 'many parts become one');
select results_eq('select number, size from storage.parts order by number',
                  $$ values (1, 6::bigint), (2, 4) $$, 'of the same size, before those that came since');
select is((select count(*)::int from storage.garbage), 3, 'the old bytes are queued');
select throws_ok($$ select storage.parts_fold('00000000-0000-0000-0000-000000000001',
                                              gen_random_uuid(), 9) $$,
                 'PT409', null, 'parts that are not there are not replaced');
select * from finish(); rollback;
