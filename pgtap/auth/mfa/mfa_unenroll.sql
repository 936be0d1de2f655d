begin;
select plan(7);

select tests.catch_mail();
insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now());
insert into auth.mfa_factors (id, user_id, factor_type, secret_sealed, status)
values ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000a',
        'totp', '\xaa', 'verified');
insert into auth.mfa_recovery_codes (user_id, code_hash)
values ('00000000-0000-0000-0000-00000000000a', '\x01');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-00000000000a');
insert into auth.sessions (id, user_id, aal, factor_id, amr)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a', 'aal2',
        '00000000-0000-0000-0000-000000000001',
        '[{"method": "totp", "timestamp": 2}, {"method": "password", "timestamp": 1}]');
create function pg_temp.unenroll(_session text, _factor uuid) returns table (status int, code text)
  language sql as $$
  select u.status, u.body ->> 'code'
    from auth.mfa_unenroll('00000000-0000-0000-0000-00000000000a', _session::uuid, _factor,
                           null, '{"notify_mfa_factor_unenrolled": true}') u $$;

select results_eq($$ select *
                       from pg_temp.unenroll('00000000-0000-0000-0000-00000000000c',
                                             '00000000-0000-0000-0000-000000000001') $$,
                  $$ values (422, 'insufficient_aal') $$, 'a verified factor takes itself to remove');
select results_eq($$ select *
                       from pg_temp.unenroll('00000000-0000-0000-0000-00000000000b', gen_random_uuid()) $$,
                  $$ values (404, 'mfa_factor_not_found') $$, 'an unknown one is not found');
select results_eq($$ select * from pg_temp.unenroll('00000000-0000-0000-0000-00000000000b', null) $$,
                  $$ values (200, null::text) $$, 'from aal2 it goes');
select results_eq(
  $$ select aal, amr, factor_id from auth.sessions where id = '00000000-0000-0000-0000-00000000000b' $$, $$
    values ('aal1', '[{"method": "password", "timestamp": 1}]'::jsonb, null::uuid) $$,
  'and the session that it lifted falls back');
select is_empty('select from auth.mfa_recovery_codes', 'with the last factor the recovery codes go');
select results_eq($$ select action from auth.audit_log $$, array['factor_unenrolled'], 'which is audited');

select results_eq('select template, data ->> ''factor_type'' from tests.sent',
                  $$ values ('mfa_factor_unenrolled', 'totp') $$, 'and told');

select * from finish();
rollback;
