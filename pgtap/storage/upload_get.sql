begin; select plan(4);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
insert into storage.uploads (id, bucket_id, name, upsert, kind, size_limit, length, expires_at)
values ('00000000-0000-0000-0000-000000000001', 'b', 'f', false, 'tus', 100, 10, now() + interval '1 hour'),
       ('00000000-0000-0000-0000-000000000002', 'b', 'm', true, 's3', 100, null, now() + interval '1 hour');
insert into storage.parts values ('00000000-0000-0000-0000-000000000001', 1, gen_random_uuid(), 4);
select tests.as_login();
select results_eq($$ select status, body ->> 'length', jsonb_array_length(body -> 'parts')
                       from storage.upload_get('00000000-0000-0000-0000-000000000001') $$,
                  $$ values (200, '10', 1) $$, 'an upload tells its length and parts');
select results_eq($$ select status
                       from storage.upload_get('00000000-0000-0000-0000-000000000001',
                                               now() + interval '2 hours') $$,
                  array[410], 'until it expires');
select results_eq($$ select status from storage.upload_get(gen_random_uuid())
                     union all
                     select status from storage.upload_get(null) $$,
                  array[404, 404], 'unknown ones are not found');
select tests.as_user('ada');
select throws_ok($$ select storage.upload_get('00000000-0000-0000-0000-000000000001') $$, '42501', null,
                 'users do not ask by themselves');
select * from finish(); rollback;
