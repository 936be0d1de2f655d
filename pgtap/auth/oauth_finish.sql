begin;
select plan(7);
insert into auth.flow_states (id, purpose, provider, redirect_to, code_challenge,
                              code_challenge_method, expires_at)
values ('00000000-0000-0000-0000-0000000000f1', 'oauth', 'corp', 'x', null, null, 'infinity'),
       ('00000000-0000-0000-0000-0000000000f2', 'oauth', 'corp', 'x', 'c', 's256', 'infinity'),
       ('00000000-0000-0000-0000-0000000000f3', 'oauth', 'corp', 'x', null, null, '2000-01-01Z');
create function pg_temp.done(_flow int, _identity jsonb, _settings jsonb default '{"autoconfirm": false}')
  returns table (status int, code text, flow text, amr text) language sql as $$
  select f.status, f.body ->> 'code', f.flow, f.claims #>> '{amr,0,provider}'
    from auth.oauth_finish(('00000000-0000-0000-0000-0000000000f' || _flow)::uuid, _identity, false,
                           'code', 'tokens', tests.token('1', 'x'), null, null, _settings) f $$;
select results_eq($$ select status, code from pg_temp.done(1, '{"sub": "1"}', '{"disable_signup": true}') $$,
                  $$ values (422, 'signup_disabled') $$, 'sign-up can be off');
insert into auth.flow_states (id, purpose, provider, redirect_to, expires_at)
values ('00000000-0000-0000-0000-0000000000f1', 'oauth', 'corp', 'x', 'infinity');
select results_eq(
  $$ select * from pg_temp.done(1, '{"sub": "1", "email": "ada@example.test", "email_verified": true}') $$,
  $$ values (200, null::text, null::text, 'corp') $$, 'a new identity signs up');
select results_eq($$ select status, code from pg_temp.done(1, '{"sub": "1"}') $$,
                  $$ values (400, 'bad_oauth_state') $$, 'a flow ends once');
select results_eq($$ select status, flow
                       from pg_temp.done(
                         2, '{"sub": "1", "email": "ada@example.test", "email_verified": true}') $$,
                  $$ values (200, 'pkce') $$, 'with PKCE the session waits');
select results_eq($$ select user_id is not null, code_hash, sealed
                       from auth.flow_states
                      where id = '00000000-0000-0000-0000-0000000000f2' $$,
                  $$ values (true, 'code'::bytea, 'tokens'::bytea) $$,
                  'for the code, and with it the provider''s tokens');
select results_eq($$ select status, code from pg_temp.done(3, '{"sub": "1"}') $$,
                  $$ values (400, 'bad_oauth_state') $$, 'a flow expires');
select tests.as_anon();
select throws_ok($$ select auth.oauth_finish(null, null, null, null, null, null, null, null, '{}') $$,
                 '42501', null, 'anon may not call it');
select * from finish();
rollback;
