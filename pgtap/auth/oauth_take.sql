begin;
select plan(6);
select auth.oauth_begin('corp', 'state', 'sealed', 'c', 'S256', 'http://site.example.test',
                        null, null, '{"flow_exp": 60}', '2026-01-01Z');
select results_eq($$ select provider from auth.oauth_take('{state}', 'other', '2026-01-01Z') $$,
                  array[null::text], 'a state is one provider''s');
select results_eq($$ select provider from auth.oauth_take('{other}', null, '2026-01-01Z') $$,
                  array[null::text], 'and one browser''s');
select results_eq($$ select provider from auth.oauth_take('{state}', null, '2026-01-01 00:01Z') $$,
                  array[null::text], 'and expires');
select results_eq($$ select provider, sealed, pkce
                       from auth.oauth_take('{unbound,state}', 'corp', '2026-01-01Z') $$,
                  $$ values ('corp', 'sealed'::bytea, true) $$, 'it is taken');
select results_eq($$ select provider from auth.oauth_take('{state}', 'corp', '2026-01-01Z') $$,
                  array[null::text], 'once');
select tests.as_anon();
select throws_ok($$ select auth.oauth_take(null, null) $$, '42501', null, 'anon may not call it');
select * from finish();
rollback;
