begin; select plan(2);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
insert into storage.objects (bucket_id, name, version)
values ('b', 'x', '00000000-0000-0000-0000-0000000000aa');
select results_eq($$ select l.status
                       from unnest(array['00000000-0000-0000-0000-0000000000aa',
                                         '00000000-0000-0000-0000-0000000000bb', null]::uuid[]) v,
                            storage.version_lost(v) l $$,
                  array[200, 404, 404], 'an object without bytes goes, once');
select is_empty('select from storage.objects', 'and nothing else');
select * from finish(); rollback;
