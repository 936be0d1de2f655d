begin;
select plan(7);

insert into auth.users (id, email, encrypted_password)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', 'hash');
insert into auth.sessions (id, user_id, created_at)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a', '2026-01-01Z');
select auth._keep_token('00000000-0000-0000-0000-00000000000a', 'reauthentication', 'reauthentication',
                        'ada@example.test', tests.token('123456', 'x'), '{}', '2026-01-03Z');
create function pg_temp.may(_nonce text, _settings jsonb) returns table (status int, code text, hash text)
  language sql as $$
  select b.status, b.body ->> 'code', b.password_hash
    from auth.user_update_begin('00000000-0000-0000-0000-00000000000a',
                                '00000000-0000-0000-0000-00000000000b', sha256(_nonce::bytea),
                                false, _settings, '2026-01-03Z') b $$;
select results_eq($$ select * from pg_temp.may(null, '{}') $$, $$ values (200, null::text, 'hash') $$,
                  'whoever is signed in may');
select results_eq($$ select status, code from pg_temp.may(null, '{"reauthenticate_password": true}') $$,
                  $$ values (400, 'reauthentication_needed') $$, 'an old session may have to prove itself');
select results_eq($$ select status, code from pg_temp.may('654321', '{"reauthenticate_password": true}') $$,
                  $$ values (422, 'reauthentication_not_valid') $$, 'not with a wrong nonce');
select results_eq($$ select status, code from pg_temp.may('123456', '{"reauthenticate_password": true}') $$,
                  $$ values (200, null::text) $$, 'with the right one');
select results_eq($$ select status, code from pg_temp.may('123456', '{"reauthenticate_password": true}') $$,
                  $$ values (422, 'reauthentication_not_valid') $$, 'which is used once');
select results_eq($$ select status, code from pg_temp.may(null, '{"require_current_password": true}') $$,
                  $$ values (400, 'current_password_required') $$, 'the current password can be demanded');
select tests.as_anon();
select throws_ok($$ select auth.user_update_begin(null, null, null, null, '{}') $$, '42501', null,
                 'anon may not call it');

select * from finish();
rollback;
