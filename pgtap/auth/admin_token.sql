begin;
select plan(6);
create function pg_temp.act(_kind text, _reason text, _claims jsonb, _seconds int)
  returns table (status int, code text, sub text, actor text, life int) language sql as $$
  select t.status, t.body ->> 'code', t.claims ->> 'sub', t.claims #>> '{act,sub}',
         (t.claims -> 'exp')::int - (t.claims -> 'iat')::int
    from auth.admin_token(tests.user('ada'), _kind, 'grace', _reason, _claims,
                          _seconds, null, null, '{}') t $$;
select results_eq($$ select status, code from pg_temp.act('impersonation', ' ', '{}', 60) $$,
                  $$ values (400, 'validation_failed') $$, 'a person gives a reason');
select results_eq($$ select status, code from pg_temp.act('impersonation', 'x', '{}', 901) $$,
                  $$ values (400, 'validation_failed') $$, 'and has a quarter of an hour');
select results_eq($$ select status, code
                       from pg_temp.act('minted', null, '{"act": {"sub": "nobody"}}', 60) $$,
                  $$ values (400, 'validation_failed') $$, 'reserved claims are refused');
select results_eq($$ select status, sub = tests.user('ada')::text, actor, life
                       from pg_temp.act('impersonation', 'ticket 7', '{"tenant": 1}', 60) $$,
                  $$ values (200, true, 'grace', 60) $$, 'the token is the user''s and says who acts');
select results_eq($$ select traits ->> 'reason' from auth.audit_log where action = 'user_impersonated' $$,
                  array['ticket 7'], 'which is audited');
select tests.as_anon();
select throws_ok($$ select auth.admin_token(null, null, null, null, null, null, null, null, '{}') $$,
                 '42501', null, 'anon may not call it');
select * from finish();
rollback;
