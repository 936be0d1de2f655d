begin;
select plan(21);

-- First, for it locks the table: tests that run beside this one wait, and none waits for them.
create function public.handle_new_user() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  perform set_config('test.seen', new.raw_user_meta_data ->> 'name', true);
  return new;
end $$;
create trigger on_auth_user_created after insert on auth.users for each row
  execute function public.handle_new_user();

create temporary table made as
  select *
    from auth.sign_up('Ada@Example.test', null, 'hash', null, '{"name": "Ada"}', null,
                      '192.0.2.1', 'agent', '{}', '2026-01-01Z');
select results_eq('select status, body ->> ''email'', claims ->> ''role'', counter from made', $$
                    values (200, 'ada@example.test', 'authenticated', 0::bigint) $$,
                  'a new user is signed in, the address in lower case');
select results_eq('select count(*)::int from auth.sessions s join made m on m.session_id = s.id and s.user_id = (m.body ->> ''id'')::uuid',
                  array[1], 'the session is theirs');
select results_eq('select provider, email, identity_data ->> ''sub'' = user_id::text from auth.identities',
                  $$ values ('email', 'ada@example.test', true) $$, 'they have an e-mail identity');
select results_eq(
  'select raw_user_meta_data ->> ''name'', raw_user_meta_data ->> ''email_verified'' from auth.users',
  $$ values ('Ada', 'true') $$, 'metadata is kept, and says that the address counts');
select is((select m.body from made m)::text ~ 'hash', false, 'the hash does not leave');
select results_eq('select action from auth.audit_log order by id', array['user_signedup', 'login'],
                  'both is audited');

select results_eq($$ select status, body ->> 'code', session_id
                       from auth.sign_up('ADA@example.test', null, 'other', null, '{}',
                                         null, null, null, '{}') $$,
                  $$ values (422, 'user_already_exists', null::uuid) $$,
                  'a known address is refused where nothing is mailed');
select results_eq('select encrypted_password from auth.users', array['hash'], 'and its password stays');

select tests.catch_mail();
create temporary table unconfirmed as
  select *
    from auth.sign_up('bob@example.test', null, 'hash', null, '{}', tests.token('1', 'one'),
                      null, null, '{"autoconfirm": false}');
select results_eq('select status, claims, session_id, body ->> ''email'' from unconfirmed', $$
                    values (200, null::jsonb, null::uuid, 'bob@example.test') $$,
                  'without autoconfirm there is a user and no session');
select results_eq($$ select (auth.sign_up('bob@example.test', null, 'again', true,
                                          '{}', tests.token('2', 'same'), null, null,
                                          '{"autoconfirm": false, "mail_gap": 0}')).status $$,
                  array[200], 'who signs up again with the same password');
select results_eq($$ select encrypted_password from auth.users where email = 'bob@example.test' $$,
                  array['hash'], 'keeps it');
select results_eq($$ select body ->> 'id'
                       from auth.sign_up('bob@example.test', null, 'other', null,
                                         '{}', tests.token('2', 'two'), null, null,
                                         '{"autoconfirm": false, "mail_gap": 0}') $$,
                  $$ select body ->> 'id' from unconfirmed $$, 'again, it is the same user');
select results_eq('select recipient, template from tests.sent order by id',
                  $$ values ('bob@example.test', 'confirmation'),
                            ('bob@example.test', 'confirmation'),
                            ('bob@example.test', 'confirmation') $$,
                  'each time the confirmation is mailed');
select results_eq($$ select encrypted_password from auth.users where email = 'bob@example.test' $$,
                  array[null::text], 'after another password none counts');
select results_eq($$ select (auth.sign_up('bob@example.test', null, 'x', null, '{}',
                                          tests.token('3', 'three'), null, null,
                                          '{"autoconfirm": false}')).status $$,
                  array[429], 'but not twice in a minute');
create temporary table known as
  select *
    from auth.sign_up('ada@example.test', null, 'x', null, '{"a": 1}', tests.token('4', 'four'),
                      null, null, '{"autoconfirm": false}');
select is((select k.body -> 'identities' from known k), '[]', 'a confirmed address gets a made-up user');
select is_empty('select from auth.users u join known k on u.id = (k.body ->> ''id'')::uuid',
                'whom nobody has');
select results_eq('select k.status, k.body -> ''user_metadata'' from known k',
                  $$ values (200, '{"a": 1}'::jsonb) $$, 'and who looks like a new one');

select results_eq($$ select body -> 'is_anonymous', claims -> 'is_anonymous', body ->> 'email'
                       from auth.sign_up(null, null, null, null, null, null, null, null, '{}') $$,
                  $$ values ('true'::jsonb, 'true'::jsonb, '') $$,
                  'without an address the user is anonymous');

select auth.sign_up('cleo@example.test', null, 'hash', null, '{"name": "Cleo"}', null, null, null, '{}');
select is(current_setting('test.seen'), 'Cleo', 'the users'' own insert trigger sees the metadata');
select tests.as_anon();
select throws_ok($$ select auth.sign_up('x@example.test', null, 'h', null, '{}', null, null, null, '{}') $$,
                 '42501', null, 'anon may not call it');

select * from finish();
rollback;
