begin;
select plan(7);

delete from orgs.user_roles where role = 'superadmin';
-- Mallory signed up with the admin's address, which nobody had to prove.
insert into auth.users (id, email, encrypted_password, email_confirmed_at, email_autoconfirmed)
values ('00000000-0000-0000-0000-00000000000a', 'root@example.test', 'of mallory', now(), true);
insert into auth.sessions (user_id) values ('00000000-0000-0000-0000-00000000000a');
insert into auth.api_keys (user_id, name, prefix, key_hash)
values ('00000000-0000-0000-0000-00000000000a', 'k', 'abcdefgh', 'h');
select is(orgs.first_admin('Root@example.test', 'of the admin') ->> 'role', 'superadmin',
          'while there is no superadmin, one is made');
select results_eq($$ select encrypted_password, email_autoconfirmed
                       from auth.users
                      where id = '00000000-0000-0000-0000-00000000000a' $$,
                  $$ values ('of the admin', false) $$, 'with their own password');
select is_empty($$ select from auth.sessions where user_id = '00000000-0000-0000-0000-00000000000a' $$,
                'whoever was signed in before is out');
select is_empty($$ select from auth.api_keys where user_id = '00000000-0000-0000-0000-00000000000a' $$,
                'and holds no key');
select results_eq(
  $$ select provider from auth.identities where user_id = '00000000-0000-0000-0000-00000000000a' $$,
  array['email'], 'the account has its own identity');
select is(orgs.first_admin('eve@example.test', 'x'), null, 'when there is one, nothing is done');
select results_eq($$ select traits ->> 'role' from auth.audit_log where action = 'role_assigned' $$,
                  array['superadmin'], 'it is audited');

select * from finish();
rollback;
