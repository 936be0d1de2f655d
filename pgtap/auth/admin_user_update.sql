begin;
select plan(5);
insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
insert into auth.users (email) values ('bob@example.test');
insert into auth.sessions (user_id) values ('00000000-0000-0000-0000-00000000000a');
create function pg_temp.set(_input jsonb, _id uuid default '00000000-0000-0000-0000-00000000000a')
  returns table (status int, code text) language sql as $$
  select u.status, u.body ->> 'code' from auth.admin_user_update(_id, _input, null) u $$;
select results_eq($$ select * from pg_temp.set('{"email": "bob@example.test"}') $$,
                  $$ values (422, 'email_exists') $$, 'an address that is taken stays taken');
select results_eq($$ select * from pg_temp.set('{"email": "new@example.test", "user_metadata": {"a": 1}}') $$,
                  $$ values (200, null::text) $$, 'changes are made at once');
select pg_temp.set('{"password_hash": "hash", "user_metadata": {"a": null}}');
select results_eq(
  $$ select (select count(*)::int from auth.sessions),
            (select raw_user_meta_data ? 'a' from auth.users where email = 'new@example.test') $$,
  $$ values (0, false) $$, 'a password ends all sessions, null deletes metadata');
select results_eq($$ select * from pg_temp.set('{}', gen_random_uuid()) $$,
                  $$ values (404, 'user_not_found') $$, 'nobody is not found');
select tests.as_anon();
select throws_ok($$ select auth.admin_user_update(null, '{}', null) $$, '42501', null,
                 'anon may not call it');
select * from finish();
rollback;
