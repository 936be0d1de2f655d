begin;
select plan(5);
insert into auth.users (id, email, raw_user_meta_data)
values ('00000000-0000-0000-0000-00000000000a', 'zoe@example.test', '{"name": "Zoe"}');
insert into auth.sessions (user_id) values ('00000000-0000-0000-0000-00000000000a');
insert into auth.identities (user_id, provider, provider_id, identity_data)
values ('00000000-0000-0000-0000-00000000000a', 'google', '7', '{"email": "zoe@example.test"}');
select results_eq($$ select status
                       from auth.admin_user_delete('00000000-0000-0000-0000-00000000000a', true, null) $$,
                  array[200], 'softly deleted');
select is_empty($$ select from auth.users u
                     left join auth.identities i on i.user_id = u.id
                    where u::text || i::text ~* 'zoe' $$,
                'nothing says who it was');
select is_empty('select from auth.sessions', 'no session is left');
select results_eq(
  $$ select (auth.admin_user_delete('00000000-0000-0000-0000-00000000000a', false, null)).status,
            (auth.admin_user_delete('00000000-0000-0000-0000-00000000000a', false, null)).status $$,
  $$ values (200, 404) $$, 'for good, once');
select tests.as_anon();
select throws_ok($$ select auth.admin_user_delete(null, false, null) $$, '42501', null,
                 'anon may not call it');
select * from finish();
rollback;
