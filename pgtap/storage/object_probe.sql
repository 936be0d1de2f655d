begin; select plan(10);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
select tests.as_user('ada');
select ok(storage.object_probe('b', tests.user('ada') || '/f', false, '{}', null),
          'an owner may write where the policy lets it');
select is_empty('select from storage.objects', 'and nothing is written');
select throws_ok($$ select storage.object_probe('b', tests.user('bob') || '/f', false, '{}', null) $$,
                 '42501', null, 'elsewhere it may not');
select tests.as_owner();
insert into storage.objects (bucket_id, name) values ('b', tests.user('ada') || '/f');
select tests.as_user('ada');
select throws_ok($$ select storage.object_probe('b', tests.user('ada') || '/f', false, '{}', null) $$,
                 '23505', null, 'what exists is not written twice');
select ok(storage.object_probe('b', tests.user('ada') || '/f', true, '{}', null), 'but replaced with upsert');
select tests.as_user('bob');
select throws_ok($$ select storage.object_probe('b', tests.user('ada') || '/f', true, '{}', null) $$,
                 '42501', null, 'a stranger replaces nothing');
select throws_ok($$ select storage.object_probe('b', tests.user('ada') || '/f', false, '{}', null) $$,
                 '42501', null, 'and does not learn that it exists');
select tests.as_anon();
select throws_ok($$ select storage.object_probe('b', tests.user('ada') || '/g', false, '{}', null) $$,
                 '42501', null, 'anon writes nothing');
select tests.as_service();
select ok(storage.object_probe('b', 'anywhere', false, '{}', null), 'service_role passes');
select throws_ok($$ insert into storage.objects (bucket_id, name, version)
                    values ('b', 'steal', gen_random_uuid()) $$,
                 '42501', null, 'not even service_role names the bytes of a row');
select * from finish(); rollback;
