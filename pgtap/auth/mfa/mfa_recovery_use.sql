begin;
select plan(7);

insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
create function pg_temp.set_codes(_hashes bytea[]) returns table (status int, code text) language sql as $$
  select s.status, s.body ->> 'code'
    from auth.mfa_recovery_set('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b',
                               _hashes, null) s $$;
create function pg_temp.use_code(_hash bytea, _settings jsonb default '{}')
  returns table (status int, code text, aal text) language sql as $$
  select u.status, u.body ->> 'code', u.claims ->> 'aal'
    from auth.mfa_recovery_use('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b',
                               _hash, null, _settings) u $$;

select results_eq($$ select * from pg_temp.set_codes('{"\\x01"}') $$,
                  $$ values (422, 'mfa_factor_not_found') $$, 'without a factor there is nothing to recover');
insert into auth.mfa_factors (id, user_id, factor_type, secret_sealed, status)
values (gen_random_uuid(), '00000000-0000-0000-0000-00000000000a', 'totp', '\xaa', 'verified');
select results_eq($$ select * from pg_temp.set_codes('{"\\x01"}') $$, $$ values (403, 'insufficient_aal') $$,
                  'codes are made at aal2');
update auth.sessions set aal = 'aal2';
select results_eq($$ select * from pg_temp.set_codes('{"\\x01"}')
                     union all
                     select * from pg_temp.set_codes('{"\\x02", "\\x03"}') $$,
                  $$ values (200, null::text), (200, null::text) $$, 'which replaces those before');
update auth.sessions set aal = 'aal1';
select results_eq($$ select status, code from pg_temp.use_code('\x01')
                     union all
                     select status, code from pg_temp.use_code(null) $$,
                  $$ values (422, 'mfa_verification_failed'), (422, 'mfa_verification_failed') $$,
                  'a wrong code and none are refused');
select results_eq($$ select * from pg_temp.use_code('\x02') $$, $$ values (200, null::text, 'aal2') $$,
                  'a right one lifts the session');
select results_eq($$ select status, code from pg_temp.use_code('\x02') $$,
                  $$ values (422, 'mfa_verification_failed') $$, 'once');
select results_eq($$ select status, code from pg_temp.use_code('\x03', '{"mfa_rate_limit": 4}') $$,
                  $$ values (429, 'over_request_rate_limit') $$, 'and guesses are limited');

select * from finish();
rollback;
