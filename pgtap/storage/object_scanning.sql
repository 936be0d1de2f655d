begin; select plan(3);
insert into storage.uploads (id, bucket_id, name, upsert, kind, state, size_limit, version, expires_at)
values ('00000000-0000-0000-0000-000000000001', 'b', 'f', false, 'put', 'scanning',
        1, '00000000-0000-0000-0000-00000000000a', now()),
       ('00000000-0000-0000-0000-000000000002', 'b', 'g', false, 'put', 'pending', 1, null, now());
select tests.as_service();
select results_eq($$ select name from storage.object_scanning('00000000-0000-0000-0000-000000000001') $$,
                  array['f'], 'a scanner finds what it is to judge');
select is_empty($$ select from storage.object_scanning('00000000-0000-0000-0000-000000000002') $$,
                'and nothing that is still on its way');
select tests.as_user('ada');
select throws_ok($$ select from storage.object_scanning('00000000-0000-0000-0000-000000000001') $$,
                 '42501', null, 'users do not look');
select * from finish(); rollback;
