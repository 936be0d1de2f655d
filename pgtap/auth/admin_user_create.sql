begin;
select plan(6);
create function pg_temp.make(_input jsonb) returns table (status int, code text)
  language sql as $$
  select c.status, c.body ->> 'code' from auth.admin_user_create(_input, null) c $$;
select results_eq($$ select *
                       from pg_temp.make('{"email": "Ada@example.test", "phone": "+43660123456",
                                           "email_confirm": true, "app_metadata": {"plan": "pro"},
                                           "ban_seconds": 60}') $$,
                  $$ values (200, null::text) $$, 'a user is made');
select results_eq($$ select email, email_confirmed_at is not null, phone_confirmed_at,
                            banned_until > now(), raw_app_meta_data ->> 'plan'
                       from auth.users $$,
                  $$ values ('ada@example.test', true, null::timestamptz, true, 'pro') $$,
                  'with what the request says');
select results_eq($$ select * from pg_temp.make('{"email": "ADA@example.test"}')
                     union all
                     select * from pg_temp.make('{"phone": "43660123456"}') $$,
                  $$ values (422, 'email_exists'), (422, 'phone_exists') $$, 'addresses are had once');
select results_eq(
  $$ select * from pg_temp.make('{}')
     union all
     select * from pg_temp.make('{"email": "x"}')
     union all
     select * from pg_temp.make('{"email": "x@example.test", "role": "service_role"}') $$,
  $$ values (400, 'validation_failed'), (400, 'validation_failed'), (400, 'validation_failed') $$,
  'no address, none that is one, and no user with the keys of the house');
select tests.as_user('ada');
select throws_ok($$ select auth.admin_user_create('{}', null) $$, '42501', null, 'users may not call it');
select tests.as_service();
select results_eq($$ select (auth.admin_user_create('{"email": "bob@example.test"}', null)).status $$,
                  array[200], 'service_role may');
select * from finish();
rollback;
