begin;
select plan(3);

insert into auth.users (id, email, phone, email_confirmed_at, raw_user_meta_data, updated_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', '491234567', now(),
        '{"full_name": "Ada L", "secret": "x"}', '2026-01-01Z');
select is(auth.profile('00000000-0000-0000-0000-00000000000a', '{openid}'),
          '{"sub": "00000000-0000-0000-0000-00000000000a"}', 'openid shows the id');
select is(auth.profile('00000000-0000-0000-0000-00000000000a', '{email,phone}') - 'sub',
          '{"email": "ada@example.test", "email_verified": true, "phone_number": "+491234567",
            "phone_number_verified": false}',
          'email and phone show addresses');
select is(auth.profile('00000000-0000-0000-0000-00000000000a', '{profile}') - 'sub',
          '{"name": "Ada L", "updated_at": 1767225600}',
          'profile shows the name, and nothing else of the metadata');

select * from finish();
rollback;
