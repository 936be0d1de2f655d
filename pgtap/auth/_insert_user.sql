begin;
select plan(3);
select results_eq($$ select email, is_anonymous, raw_app_meta_data ->> 'provider'
                       from auth._insert_user('ada@example.test', null, 'h', '{}', true,
                                              null, '{}', now()) $$,
                  $$ values ('ada@example.test', false, 'email') $$, 'an address makes a user');
select is_empty(
  $$ select from auth._insert_user('ADA@example.test', null, 'h', '{}', true, null, '{}', now()) $$, 'once');
select results_eq($$ select is_anonymous, raw_user_meta_data
                       from auth._insert_user(null, null, null, '{"a": 1}', true, null, '{}', now()) $$,
                  $$ values (true, '{"a": 1}'::jsonb) $$, 'none makes an anonymous one');
select * from finish();
rollback;
