begin; select plan(3);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
select is_empty('select * from storage.doctor() where not ok', 'a fresh storage is well');
insert into storage.garbage (version) values (gen_random_uuid());
select is((select count(*)::int from storage.doctor(now() + interval '3 hours') where not ok), 1,
          'a reaper that does not keep up is named');
insert into storage.objects (bucket_id, name) values ('b', 'hollow');
select results_eq($$ select detail from storage.doctor() where not ok $$, array['b/hollow'],
                  'so is an object without bytes');
select * from finish(); rollback;
