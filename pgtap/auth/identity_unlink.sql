begin;
select plan(6);
insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
insert into auth.identities (id, user_id, provider, provider_id, identity_data, created_at)
values ('00000000-0000-0000-0000-0000000000e1', '00000000-0000-0000-0000-00000000000a',
        'email', '1', '{"email": "ada@example.test"}', '2026-01-01Z'),
       ('00000000-0000-0000-0000-0000000000e2', '00000000-0000-0000-0000-00000000000a', 'corp',
        '2', '{"email": "old@example.test", "email_verified": false}', '2026-01-02Z'),
       ('00000000-0000-0000-0000-0000000000e3', '00000000-0000-0000-0000-00000000000a', 'google',
        '3', '{"email": "sure@example.test", "email_verified": true}', '2026-01-03Z');
create function pg_temp.drop(_n int, _settings jsonb default '{"manual_linking": true}')
  returns table (status int, code text) language sql as $$
  select i.status, i.body ->> 'code'
    from auth.identity_unlink('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b',
                              ('00000000-0000-0000-0000-0000000000e' || _n)::uuid, null, _settings) i $$;
select results_eq($$ select * from pg_temp.drop(1, '{}') $$, $$ values (404, 'manual_linking_disabled') $$,
                  'linking is off by default');
select results_eq($$ select * from pg_temp.drop(9) $$, $$ values (422, 'identity_not_found') $$,
                  'what one has not cannot go');
select pg_temp.drop(1);
select results_eq($$ select email, email_confirmed_at is not null, raw_app_meta_data -> 'providers'
                       from auth.users
                      where id = '00000000-0000-0000-0000-00000000000a' $$,
                  $$ values ('sure@example.test', true, '["corp", "google"]'::jsonb) $$,
                  'the best e-mail that is left becomes the user''s');
select pg_temp.drop(2);
select results_eq($$ select * from pg_temp.drop(3) $$, $$ values (422, 'single_identity_not_deletable') $$,
                  'the last one stays');
select results_eq($$ select count(*)::int from auth.audit_log where action = 'identity_unlinked' $$, array[2],
                  'each is audited');
select tests.as_anon();
select throws_ok($$ select auth.identity_unlink(null, null, null, null, '{}') $$, '42501', null,
                 'anon may not call it');
select * from finish();
rollback;
