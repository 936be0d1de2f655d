begin;
select plan(7);

insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
insert into auth.flow_states (purpose, user_id, code_hash, code_challenge,
                              code_challenge_method, sealed, expires_at)
values
  ('oauth', '00000000-0000-0000-0000-00000000000a', 'code', 'hashed', 's256', 'tokens', '2026-01-01 00:05Z'),
  ('magiclink', '00000000-0000-0000-0000-00000000000a', 'late', 'plain', 'plain', null, '2026-01-01 00:00Z'),
  ('signup', null, 'not yet', 'hashed', 's256', null, '2026-01-01 00:05Z');
create function pg_temp.trade(_code text, _hashed text, _plain text)
  returns table (status int, code text, sealed bytea) language sql as $$
  select e.status, e.body ->> 'code', e.sealed
    from auth.exchange(_code::bytea, _hashed, _plain, null, null, '{}', '2026-01-01 00:01Z') e $$;
select results_eq($$ select status, code from pg_temp.trade('code', 'wrong', 'hashed') $$,
                  $$ values (400, 'bad_code_verifier') $$,
                  'a wrong verifier is refused, also one that is the challenge itself');
select results_eq($$ select status, code from pg_temp.trade('code', null, null) $$,
                  $$ values (400, 'bad_code_verifier') $$, 'nulls refuse');
select results_eq($$ select * from pg_temp.trade('code', 'hashed', 'verifier') $$, $$
                    values (200, null::text, 'tokens'::bytea) $$,
                  'the right one signs in, with what the provider gave');
select results_eq($$ select status, code from pg_temp.trade('code', 'hashed', 'verifier') $$,
                  $$ values (404, 'flow_state_not_found') $$, 'once');
select results_eq($$ select status, code from pg_temp.trade('not yet', 'hashed', 'verifier') $$,
                  $$ values (404, 'flow_state_not_found') $$, 'a flow that is not done has no session');
select results_eq($$ select status, code from pg_temp.trade('late', 'x', 'plain') $$,
                  $$ values (422, 'flow_state_expired') $$, 'a code expires');
select tests.as_anon();
select throws_ok($$ select auth.exchange(null, null, null, null, null, '{}') $$, '42501', null,
                 'anon may not call it');

select * from finish();
rollback;
