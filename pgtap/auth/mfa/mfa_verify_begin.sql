begin;
select plan(9);

insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
insert into auth.mfa_factors (id, user_id, factor_type, secret_sealed)
values ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000a', 'totp', '\xaa');
insert into auth.mfa_challenges (id, factor_id, ip, expires_at)
values ('00000000-0000-0000-0000-000000000009', '00000000-0000-0000-0000-000000000001',
        '192.0.2.7', '2026-01-01 00:05Z');
create function pg_temp.try(
  _factor uuid, _challenge uuid, _ip inet default '192.0.2.7', _now timestamptz default '2026-01-01Z',
  _status text default null)
  returns table (status int, code text, secret bytea) language sql as $$
  select b.status, b.body ->> 'code', b.secret_sealed
    from auth.mfa_verify_begin('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b',
                               _factor, _challenge, _status, _ip, '{}', _now) b $$;

select results_eq(
  $$ select *
       from pg_temp.try('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000009') $$,
  $$ values (200, null::text, '\xaa'::bytea) $$, 'an attempt gets what the server compares with');
select results_eq('select attempts from auth.mfa_challenges', array[1], 'and is counted');
select results_eq($$ select *
                       from pg_temp.try('00000000-0000-0000-0000-000000000001',
                                        '00000000-0000-0000-0000-000000000009', '198.51.100.1') $$,
                  $$ values (422, 'mfa_ip_address_mismatch', null::bytea) $$,
                  'from another address it is refused');
select results_eq($$ select *
                       from pg_temp.try('00000000-0000-0000-0000-000000000001',
                                        '00000000-0000-0000-0000-000000000009', null) $$,
                  $$ values (422, 'mfa_ip_address_mismatch', null::bytea) $$, 'and from none');
select results_eq($$ select *
                       from pg_temp.try('00000000-0000-0000-0000-000000000001',
                                        '00000000-0000-0000-0000-000000000009', '192.0.2.7',
                                        '2026-01-01 00:05Z') $$,
                  $$ values (422, 'mfa_challenge_expired', null::bytea) $$, 'and too late');
select results_eq($$ select * from pg_temp.try('00000000-0000-0000-0000-000000000001', gen_random_uuid()) $$,
                  $$ values (422, 'mfa_factor_not_found', null::bytea) $$,
                  'and for a challenge that is not there');
select results_eq($$ select *
                       from pg_temp.try('00000000-0000-0000-0000-000000000002',
                                        '00000000-0000-0000-0000-000000000009') $$,
                  $$ values (404, 'mfa_factor_not_found', null::bytea) $$, 'and for a factor that is not');
select results_eq($$ select * from pg_temp.try(null, null, '192.0.2.7', '2026-01-01Z', 'unverified') $$,
                  $$ values (200, null::text, '\xaa'::bytea) $$,
                  'without either it is the app of that status');
select results_eq($$ select * from pg_temp.try(null, null, '192.0.2.7', '2026-01-01Z', 'verified') $$,
                  $$ values (404, 'mfa_factor_not_found', null::bytea) $$, 'if there is one');

select * from finish();
rollback;
