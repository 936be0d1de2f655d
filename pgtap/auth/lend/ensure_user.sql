begin;
select plan(7);

create temporary table made as select auth.ensure_user('Ada@Example.test', 'hash') as body;
select results_eq($$ select body ->> 'email', body ->> 'created' from made $$,
                  $$ values ('ada@example.test', 'true') $$, 'a user is made');
select results_eq($$ select email_confirmed_at is not null, encrypted_password from auth.users $$,
                  $$ values (true, 'hash') $$, 'confirmed, with the password');
select results_eq($$ select auth.ensure_user('ADA@example.test', null) ->> 'created',
                            (select encrypted_password from auth.users) $$,
                  $$ values ('false', 'hash') $$,
                  'one who is there stays, and keeps the password where none is given');
insert into auth.sessions (user_id) select id from auth.users;
select auth.ensure_user('ada@example.test', 'another');
select is_empty('select from auth.sessions', 'a new password ends what the old one began');
insert into auth.users (email, encrypted_password) values ('bob@example.test', 'of a stranger');
insert into auth.sessions (user_id) select id from auth.users where email = 'bob@example.test';
select auth.ensure_user('bob@example.test', null);
select results_eq($$ select encrypted_password, email_confirmed_at is not null,
                            (select count(*)::int from auth.sessions)
                       from auth.users
                      where email = 'bob@example.test' $$,
                  $$ values (null::text, true, 0) $$, 'who never proved the address loses every way in');
select throws_ok($$ select auth.ensure_user('nobody', 'hash') $$, 'PT400', null,
                 'what is no address is refused');
select tests.as_service();
select throws_ok($$ select auth.ensure_user('x@example.test', 'hash') $$, '42501', null,
                 'request roles make none this way');

select * from finish();
rollback;
