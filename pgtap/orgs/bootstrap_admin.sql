begin;
select plan(6);

select ok((orgs.bootstrap_admin('ba-Root@example.test', '$argon2id$x') ->> 'created')::boolean,
          'a superadmin is made');
select results_eq($$ select u.encrypted_password, u.email_confirmed_at is not null
                       from auth.users u
                      where u.email = 'ba-root@example.test' $$,
                  $$ values ('$argon2id$x', true) $$, 'with a password, confirmed');
select ok(not (orgs.bootstrap_admin('ba-root@example.test', null, 'viewer') ->> 'created')::boolean,
          'once, and the password stays');
select results_eq(
  $$ select u.role from orgs.user_roles u where u.user_id = tests.user('ba-root') order by 1 $$,
  array['superadmin', 'viewer'], 'roles add up');
select throws_ok($$ select orgs.bootstrap_admin('ba-eve@example.test', 'x', 'emperor') $$, 'PT404', null,
                 'a role must be one');
select tests.as_user('ba-eve');
select throws_ok($$ select orgs.bootstrap_admin('ba-eve@example.test', null) $$, '42501', null,
                 'nobody is superadmin by asking');

select * from finish();
rollback;
