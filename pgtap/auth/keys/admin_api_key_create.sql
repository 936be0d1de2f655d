begin;
select plan(4);

select tests.as_user('ada');
select throws_ok($$ select auth.admin_api_key_create(null, 'x', 'aaaaaaaa', '\x01', null,
                                                     null, null, null) $$,
                 '42501', null, 'a user may not');
select tests.as_service();
select is((select concat_ws(' ', status, body ->> 'role', body ->> 'tier')
             from auth.admin_api_key_create(null, 'x', 'aaaaaaaa', '\x01', null, 'unlimited', null, null)),
          '201 service_role unlimited', 'the service makes keys for itself');
select is((select concat_ws(' ', status, body ->> 'code')
             from auth.admin_api_key_create(gen_random_uuid(), 'x', 'bbbbbbbb', '\x01',
                                            null, null, null, null)),
          '404 user_not_found', 'and for users who are there');
select is((select concat_ws(' ', status, body ->> 'code')
             from auth.admin_api_key_create(null, 'x', 'bbbbbbbb', '\x01', null, 'gold', null, null)),
          '400 validation_failed', 'of tiers that are');

select * from finish();
rollback;
