begin;
select plan(5);
insert into auth.sessions (id, user_id) values ('00000000-0000-0000-0000-00000000000b', tests.user('ada'));
create function pg_temp.come(
  _identity jsonb, _user uuid default null, _settings jsonb default '{"autoconfirm": false}')
  returns table (status int, code text) language sql as $$
  select s.status, s.body ->> 'code'
    from auth.id_token_sign_in('corp', _identity, false, _user, '00000000-0000-0000-0000-00000000000b',
                               tests.token('1', 'x'), null, null, _settings) s $$;
select results_eq(
  $$ select * from pg_temp.come('{"sub": "1", "email": "bob@example.test", "email_verified": true}') $$,
  $$ values (200, null::text) $$, 'an identity signs in');
select results_eq($$ select * from pg_temp.come('{"sub": "2"}', tests.user('ada')) $$,
                  $$ values (404, 'manual_linking_disabled') $$, 'linking is off by default');
select results_eq($$ select *
                       from pg_temp.come('{"sub": "2"}', tests.user('ada'), '{"manual_linking": true}') $$,
                  $$ values (200, null::text) $$, 'and can be on');
select results_eq($$ select *
                       from pg_temp.come('{"sub": "1"}', tests.user('ada'), '{"manual_linking": true}') $$,
                  $$ values (422, 'identity_already_exists') $$, 'what is somebody''s is not linked');
select tests.as_anon();
select throws_ok($$ select auth.id_token_sign_in(null, null, null, null, null, null, null, null, '{}') $$,
                 '42501', null, 'anon may not call it');
select * from finish();
rollback;
