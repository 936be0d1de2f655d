begin;
select plan(3);
insert into auth.mfa_factors (id, user_id, factor_type, phone)
values ('00000000-0000-0000-0000-0000000000f1', tests.user('ada'), 'phone', '43660');
insert into auth.sessions (user_id, aal, factor_id)
values (tests.user('ada'), 'aal2', '00000000-0000-0000-0000-0000000000f1');
select results_eq($$ select (auth.admin_factor_delete(tests.user('ada'),
                                                      '00000000-0000-0000-0000-0000000000f1', null)).status,
                            (auth.admin_factor_delete(
                              tests.user('ada'), '00000000-0000-0000-0000-0000000000f1', null)).status $$,
                  $$ values (200, 404) $$, 'a factor goes, once');
select results_eq('select aal from auth.sessions', array['aal1'], 'sessions that it lifted fall back');
select tests.as_anon();
select throws_ok($$ select auth.admin_factor_delete(null, null, null) $$, '42501', null,
                 'anon may not call it');
select * from finish();
rollback;
