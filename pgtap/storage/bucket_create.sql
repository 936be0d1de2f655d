begin; select plan(4);
select tests.alone('storage');
select tests.as_service();
select results_eq($$ select status, body from storage.bucket_create('b', true, 10, '{image/*}') $$,
                  $$ values (200, '{"name": "b"}'::jsonb) $$, 'service_role makes a bucket');
select throws_ok($$ select storage.bucket_create('b', true, null, null) $$, '23505', null, 'once');
select results_eq($$ select status, body ->> 'code'
                       from unnest(array['', 'a/b', '..', ' b', repeat('x', 101), 'ü', null]) n,
                            storage.bucket_create(n, false, null, null)
                      group by 1, 2 $$,
                  $$ values (400, 'InvalidBucketName') $$, 'bad names are refused');
select tests.as_user('ada');
select throws_ok($$ select storage.bucket_create('mine', false, null, null) $$, '42501', null,
                 'users make none without a policy');
select * from finish(); rollback;
