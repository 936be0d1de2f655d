begin;
select plan(2);
select is(array[auth._is_user_role(null), auth._is_user_role('authenticated'),
                auth._is_user_role('service_role'), auth._is_user_role('postgres'),
                auth._is_user_role('no such role')],
          array[true, true, false, false, false], 'users have the roles of users');
select results_eq($$ select (auth._taken('users_phone_unique')).body ->> 'code',
                            (auth._no_such_user()).status $$,
                  $$ values ('phone_exists', 404) $$, 'refusals have their codes');
select * from finish();
rollback;
