begin;
select plan(8);

insert into auth.users (id, email)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test'),
       ('00000000-0000-0000-0000-00000000000f', 'bob@example.test');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a'),
  ('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-00000000000f');
insert into auth.mfa_factors (id, user_id, factor_type, secret_sealed)
values ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000a', 'totp', '\xaa');
insert into auth.mfa_factors (id, user_id, factor_type)
values ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-00000000000a', 'webauthn');
create function pg_temp.challenge(
  _factor int, _settings jsonb default '{}', _user char default 'a', _session char default 'b')
  returns table (status int, code text, ceremony jsonb) language sql as $$
  select c.status, c.body ->> 'code', c.ceremony
    from auth.mfa_challenge(('00000000-0000-0000-0000-00000000000' || _user)::uuid,
                            ('00000000-0000-0000-0000-00000000000' || _session)::uuid,
                            ('00000000-0000-0000-0000-00000000000' || _factor)::uuid, gen_random_uuid(),
                            '\x01', '\x02', '\x03', '192.0.2.7', _settings, '2026-01-01Z') c $$;

select results_eq($$ select * from pg_temp.challenge(1) $$, $$ values (200, null::text, null::jsonb) $$,
                  'a challenge is opened');
select results_eq($$ select challenge, code_hash, host(ip), expires_at from auth.mfa_challenges $$, $$
                    values (null::bytea, null::bytea, '192.0.2.7', '2026-01-01 00:05Z'::timestamptz) $$,
                  'an authenticator app''s keeps neither challenge nor code');
select results_eq($$ select last_challenged_at from auth.mfa_factors where factor_type = 'totp' $$,
                  $$ values ('2026-01-01Z'::timestamptz) $$, 'the factor says when');
select results_eq($$ select ceremony from pg_temp.challenge(2) $$,
                  $$ values ('{"user_id": "00000000-0000-0000-0000-00000000000a", "name": "ada@example.test",
                               "registered": false, "credentials": []}'::jsonb) $$,
                  'a security key''s comes with what the browser is asked');
select results_eq($$ select challenge from auth.mfa_challenges where challenge is not null $$,
                  $$ values ('\x01'::bytea) $$, 'and keeps what must be signed');
select results_eq($$ select status, code from pg_temp.challenge(1, '{}', 'f', 'c') $$,
                  $$ values (404, 'mfa_factor_not_found') $$, 'a stranger''s factor is not found');
select results_eq($$ select status, code from pg_temp.challenge(1, '{"mfa_totp_verify": "false"}') $$,
                  $$ values (422, 'mfa_totp_verify_not_enabled') $$, 'a kind that is off is refused');
select results_eq($$ select status, code from pg_temp.challenge(1, '{"mfa_rate_limit": 2}') $$,
                  $$ values (429, 'over_request_rate_limit') $$, 'challenges are limited');

select * from finish();
rollback;
