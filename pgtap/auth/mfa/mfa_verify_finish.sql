begin;
select plan(12);

insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
insert into auth.sessions (id, user_id, refresh_counter, refreshed_at, amr)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a',
        5, '2026-01-01Z', '[{"method": "password", "timestamp": 1}]'),
       ('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-00000000000a', 0, null, '[]');
insert into auth.mfa_factors (id, user_id, factor_type, secret_sealed)
values ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000a', 'totp', '\xaa'),
       ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-00000000000a', 'totp', '\xaa');
insert into auth.mfa_challenges (id, factor_id, expires_at)
select ('00000000-0000-0000-0000-0000000001' || lpad(n::text, 2, '0'))::uuid,
       '00000000-0000-0000-0000-000000000001', '2026-01-01 00:05Z'
  from generate_series(1, 5) n;
create function pg_temp.finish_it(_challenge int, _step bigint, _credential jsonb default null)
  returns table (status int, code text, aal text, counter bigint) language sql as $$
  select f.status, f.body ->> 'code', f.claims ->> 'aal', f.counter
    from auth.mfa_verify_finish(
      '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b',
      '00000000-0000-0000-0000-000000000001',
      ('00000000-0000-0000-0000-0000000001' || lpad(_challenge::text, 2, '0'))::uuid,
      _step, null, _credential, 1, null, '{}', '2026-01-01Z') f $$;

select results_eq($$ select * from pg_temp.finish_it(1, null) $$,
                  $$ values (422, 'mfa_verification_failed', null::text, null::bigint) $$,
                  'no step is a wrong code');
select results_eq($$ select * from pg_temp.finish_it(1, null, '{"id": "AA=="}') $$, $$
                    values (422, 'mfa_verification_failed', null::text, null::bigint) $$,
                  'and another kind of proof none for an app');
select results_eq($$ select * from pg_temp.finish_it(1, 100) $$,
                  $$ values (200, null::text, 'aal2', 7::bigint) $$, 'a right code lifts the session');
select results_eq(
  $$ select amr, refreshed_at from auth.sessions where id = '00000000-0000-0000-0000-00000000000b' $$,
  $$ values ('[{"method": "totp", "timestamp": 1767225600}, {"method": "password", "timestamp": 1}]'::jsonb,
             null::timestamptz) $$,
  'which says how, newest first, and forgives no older refresh token');
select results_eq($$ select id, status from auth.mfa_factors $$,
                  $$ values ('00000000-0000-0000-0000-000000000001'::uuid, 'verified') $$,
                  'the factor counts, and unverified ones of its kind go');
select is_empty($$ select from auth.sessions where id = '00000000-0000-0000-0000-00000000000c' $$,
                'other sessions below aal2 end');
select results_eq($$ select status, code from pg_temp.finish_it(1, 101) $$,
                  $$ values (422, 'mfa_factor_not_found') $$, 'a challenge is answered once');
select results_eq($$ select status, code from pg_temp.finish_it(2, 100) $$,
                  $$ values (422, 'mfa_verification_failed') $$, 'a step is spent once');
select results_eq($$ select status, code from pg_temp.finish_it(3, 99) $$,
                  $$ values (422, 'mfa_verification_failed') $$, 'with all before it');
select results_eq($$ select status, jsonb_array_length((select s.amr from auth.sessions s))
                       from pg_temp.finish_it(4, 101) $$,
                  $$ values (200, 2) $$, 'a method stands once in the session');

create function public.no_mfa(_in jsonb) returns jsonb
  language sql as $$
  select '{"decision": "reject", "message": "not today"}'::jsonb $$;
select auth.set_hook('mfa_verification_attempt', 'public.no_mfa(jsonb)');
select results_eq($$ select status, code from pg_temp.finish_it(5, 102) $$,
                  $$ values (403, 'mfa_verification_rejected') $$, 'a hook may reject even what is right');
select is_empty('select from auth.sessions', 'which ends all sessions');

select * from finish();
rollback;
