begin;
select plan(12);
insert into auth.users (id, email, email_confirmed_at, encrypted_password)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now(), 'hash'),
       ('00000000-0000-0000-0000-00000000000b', 'bob@example.test', null, 'hash');
insert into auth.sessions (user_id) values ('00000000-0000-0000-0000-00000000000b');
create function pg_temp.who(
  _sub text, _email text, _verified boolean, _settings jsonb default '{"autoconfirm": false}')
  returns auth.users language sql as $$
  select auth._join('corp', jsonb_build_object('sub', _sub, 'email', _email, 'email_verified', _verified),
                    false, null, _settings, now()) $$;
select is((pg_temp.who('1', 'ADA@example.test', true)).id, '00000000-0000-0000-0000-00000000000a',
          'a verified e-mail joins who has it');
select results_eq($$ select encrypted_password from auth.users where email = 'ada@example.test' $$,
                  array['hash'], 'who proved it keeps the password');
select is((pg_temp.who('1', 'changed@example.test', false)).id, '00000000-0000-0000-0000-00000000000a',
          'an identity that is known stays its user''s');
select is((pg_temp.who('2', 'bob@example.test', true)).id, '00000000-0000-0000-0000-00000000000b',
          'so it is where nobody proved it');
select results_eq($$ select encrypted_password, (select count(*)::int from auth.sessions)
                       from auth.users
                      where email = 'bob@example.test' $$,
                  $$ values (null::text, 0) $$, 'but who made that account has no key to it any more');
select is((pg_temp.who('3', 'ada@example.test', false)).email, null,
          'an e-mail that is not verified joins nobody and takes nothing');
select is((pg_temp.who('4', 'cleo@example.test', true, '{"disable_signup": true}')).id, null,
          'sign-up can be off');
select is((auth._refuse_joined(null, 'corp', '{}', null, null, '{}', now())).status, 500,
          'a provider that tells no e-mail is refused');
select is(auth._sound_identity('{"sub": "5", "email": "a@b.co", "email_verified": true}'),
          '{"sub": "5", "email": "a@b.co", "email_verified": true}', 'an e-mail that is one stays');
select is(auth._sound_identity(E'{"sub": "5", "email": "\u212A@b.co", "email_verified": true}'),
          '{"sub": "5", "email_verified": false}', 'one that lower() makes another''s is none');
insert into auth.users (email, email_confirmed_at) values ('mike@example.test', now());
select results_eq(
  $$ select status, body ->> 'code'
       from auth.id_token_sign_in(
         'corp', jsonb_build_object('sub', '6', 'email', E'mi\u212Ae@example.test', 'email_verified', true),
         false, null, null, null, null, null, '{}') $$,
  $$ values (500, 'unexpected_failure') $$,
  'who brings such a one does not get in where an e-mail is needed');
select results_eq(
  $$ select status, body ->> 'email'
       from auth.id_token_sign_in(
         'corp', jsonb_build_object('sub', '6', 'email', E'mi\u212Ae@example.test', 'email_verified', true),
         true, null, null, null, null, null, '{}') $$,
  $$ values (200, '') $$, 'and has none where it is not');
select * from finish();
rollback;
