begin; select plan(2);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
insert into storage.objects (bucket_id, name, version, size)
values ('b', 'x', '00000000-0000-0000-0000-0000000000aa', 1),
       ('b', 'y', '00000000-0000-0000-0000-0000000000bb', 2),
       ('b', 'z', null, 0);
select results_eq($$ select name from storage.versions_after(null, 1) $$, array['x'], 'versions in order');
select results_eq($$ select name, size from storage.versions_after('00000000-0000-0000-0000-0000000000aa') $$,
                  $$ values ('y', 2::bigint) $$, 'after another; rows without bytes have none');
select * from finish(); rollback;
