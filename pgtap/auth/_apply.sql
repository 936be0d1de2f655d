begin;
select plan(5);

insert into auth.users (id, email, email_change)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', 'new@example.test');
insert into auth.users (email, phone) values ('bob@example.test', '43660');
select throws_ok($$ select auth._set_email('00000000-0000-0000-0000-00000000000a',
                                           'bob@example.test', true, now()) $$,
                 'PT422', null, 'an address that was taken meanwhile is refused');
select throws_ok($$ select auth._apply_phone('00000000-0000-0000-0000-00000000000a', '43660', now()) $$,
                 'PT422', null, 'so is a phone');
select auth._set_email('00000000-0000-0000-0000-00000000000a', 'new@example.test', true, now());
select results_eq($$ select email, email_change, raw_app_meta_data ->> 'provider'
                       from auth.users
                      where id = '00000000-0000-0000-0000-00000000000a' $$,
                  $$ values ('new@example.test', null::text, 'email') $$, 'a change moves the user');
select auth._apply_phone('00000000-0000-0000-0000-00000000000a', '43661', now());
select results_eq(
  'select provider, coalesce(email, identity_data ->> ''phone'') from auth.identities order by 1',
  $$ values ('email', 'new@example.test'), ('phone', '43661') $$, 'and gives an identity');
select results_eq($$ select raw_app_meta_data -> 'providers' from auth.users where phone = '43661' $$,
                  array['["email", "phone"]'::jsonb], 'which app_metadata lists');

select * from finish();
rollback;
