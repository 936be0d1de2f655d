begin;
select plan(14);

insert into auth.users (id, email, encrypted_password, email_confirmed_at) values
  ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', 'hash', now()),
  ('00000000-0000-0000-0000-00000000000b', 'bob@example.test', 'hash', null);
create temporary view finish_ada as
  select f.*
    from auth.sign_in_finish('ada@example.test', '00000000-0000-0000-0000-00000000000a',
                             true, null, 'hash', '192.0.2.1', 'agent', '{}') f;

select results_eq('select status, claims ->> ''sub'', counter from finish_ada',
                  $$ values (200, '00000000-0000-0000-0000-00000000000a', 0::bigint) $$,
                  'the right password signs in');
select results_eq('select action from auth.audit_log', array['login'], 'which is audited');
select results_eq($$ select status, body ->> 'code', session_id
                       from auth.sign_in_finish('ada@example.test', '00000000-0000-0000-0000-00000000000a',
                                                false, null, 'hash', null, null, '{}') $$,
                  $$ values (400, 'invalid_credentials', null::uuid) $$, 'a wrong one does not');
select results_eq(
  $$ select status, body
       from auth.sign_in_finish('ada@example.test', null, false, null, null, null, null, '{}') $$,
  $$ select status, body
       from auth.sign_in_finish('ada@example.test', '00000000-0000-0000-0000-00000000000a',
                                false, null, 'hash', null, null, '{}') $$,
  'an unknown user gets the very same answer');
select results_eq($$ select status, body ->> 'code'
                       from auth.sign_in_finish('ada@example.test', '00000000-0000-0000-0000-00000000000a',
                                                null, null, 'hash', null, null, '{}') $$,
                  $$ values (400, 'invalid_credentials') $$, 'a null verdict refuses');
select results_eq($$ select status, body ->> 'code'
                       from auth.sign_in_finish('ada@example.test', null, true, null,
                                                null, null, null, '{}') $$,
                  $$ values (400, 'invalid_credentials') $$, 'a right password of nobody refuses');
select results_eq($$ select status, body ->> 'code'
                       from auth.sign_in_finish('ada@example.test', '00000000-0000-0000-0000-00000000000a',
                                                true, null, 'older', null, null, '{}') $$,
                  $$ values (400, 'invalid_credentials') $$, 'a hash that was replaced meanwhile refuses');
select results_eq($$ select status, body ->> 'code'
                       from auth.sign_in_finish('bob@example.test', '00000000-0000-0000-0000-00000000000b',
                                                true, null, 'hash', null, null, '{}') $$,
                  $$ values (400, 'email_not_confirmed') $$,
                  'an unconfirmed address shows with the right password');
update auth.users set banned_until = 'infinity';
select results_eq('select status, body ->> ''code'' from finish_ada', $$ values (400, 'user_banned') $$,
                  'so does a ban');
select results_eq($$ select body ->> 'code'
                       from auth.sign_in_finish('ada@example.test', '00000000-0000-0000-0000-00000000000a',
                                                false, null, 'hash', null, null, '{}') $$,
                  array['invalid_credentials'], 'but not with a wrong one');
update auth.users set banned_until = null;
select auth.sign_in_finish('ada@example.test', '00000000-0000-0000-0000-00000000000a',
                           true, 'newer', 'hash', null, null, '{}');
select results_eq($$ select encrypted_password from auth.users where email = 'ada@example.test' $$,
                  array['newer'], 'an outdated hash is replaced');


create function public.no_to_all(_input jsonb) returns jsonb
  language sql as $$
  select '{"decision": "reject", "message": "Not today", "should_logout_user": true}'::jsonb $$;
select auth.set_hook('password_verification_attempt', 'public.no_to_all(jsonb)');
select results_eq($$ select status, body ->> 'message'
                       from auth.sign_in_finish('ada@example.test', '00000000-0000-0000-0000-00000000000a',
                                                true, null, 'newer', null, null, '{}') $$,
                  $$ values (400, 'Not today') $$, 'a hook may refuse the right password');
select is_empty('select from auth.sessions', 'and end every session');
select auth.drop_hook('password_verification_attempt', 'public.no_to_all');
select auth.sign_in_finish('cleo@example.test', null, false, null, null, '192.0.2.9',
                           null, '{"lockout_threshold": 1}');
select results_eq($$ select status from auth.sign_in_begin('cleo@example.test', null, '192.0.2.8', '{}') $$,
                  array[429], 'failures lock an account for a network, known or not');
select * from finish();
rollback;
