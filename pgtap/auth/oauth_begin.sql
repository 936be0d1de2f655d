begin;
select plan(4);
select results_eq($$ select status
                       from auth.oauth_begin(
                         'corp', 'state', 'sealed', 'c', 'S256', 'http://site.example.test',
                         null, null, '{"flow_exp": 60}', '2026-01-01Z') $$,
                  array[200], 'a flow begins');
select results_eq('select state_hash, code_challenge_method, expires_at from auth.flow_states', $$
                    values ('state'::bytea, 's256', '2026-01-01 00:01Z'::timestamptz) $$,
                  'and is kept for a while');
select results_eq($$ select status, body ->> 'code'
                       from auth.oauth_begin('corp', 'other', 'sealed', null, null, 'x',
                                             tests.user('ada'), null, '{}') $$,
                  $$ values (404, 'manual_linking_disabled') $$, 'linking is off by default');
select tests.as_anon();
select throws_ok($$ select auth.oauth_begin(null, null, null, null, null, null, null, null, '{}') $$,
                 '42501', null, 'anon may not call it');
select * from finish();
rollback;
