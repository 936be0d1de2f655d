begin;
select plan(11);

insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
insert into auth.users (id, is_anonymous) values ('00000000-0000-0000-0000-00000000000e', true);
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a'),
  ('00000000-0000-0000-0000-00000000000d', '00000000-0000-0000-0000-00000000000e');
create function pg_temp.enroll(
  _name text, _type text default 'totp', _settings jsonb default '{}', _phone text default null,
  _now timestamptz default now())
  returns table (status int, code text, account text) language sql as $$
  select e.status, e.body ->> 'code', e.account
    from auth.mfa_enroll('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b',
                         gen_random_uuid(), _type, _name, _phone, '\xaa', null, _settings, _now) e $$;

select results_eq($$ select * from pg_temp.enroll('phone') $$,
                  $$ values (200, null::text, 'ada@example.test') $$,
                  'a factor is added, and the account named');
select results_eq($$ select status, factor_type, secret_sealed from auth.mfa_factors $$,
                  $$ values ('unverified', 'totp', '\xaa'::bytea) $$, 'it does not count yet');
select results_eq($$ select status, code from pg_temp.enroll('phone') $$,
                  $$ values (422, 'mfa_factor_name_conflict') $$, 'a name is used once a user');
select results_eq($$ select status, code from pg_temp.enroll('x', 'phone') $$,
                  $$ values (422, 'mfa_phone_enroll_not_enabled') $$, 'a kind that is off is refused');
select results_eq($$ select status, code from pg_temp.enroll('x', 'smoke') $$,
                  $$ values (422, 'mfa_smoke_enroll_not_enabled') $$, 'so is an unknown kind');
select results_eq($$ select status, code
                       from pg_temp.enroll('x', 'phone', '{"mfa_phone_enroll": "true"}', 'call me') $$,
                  $$ values (400, 'validation_failed') $$, 'a phone needs a number');
select results_eq($$ select status, code from pg_temp.enroll('x', 'totp', '{"mfa_max_factors": 1}') $$,
                  $$ values (422, 'too_many_enrolled_mfa_factors') $$, 'there is a limit');
select results_eq($$ select status, code
                       from pg_temp.enroll('x', 'totp', '{"mfa_max_factors": 1}', null,
                                           now() + interval '6 minutes') $$,
                  $$ values (200, null::text) $$, 'unverified factors make room when they are old');
update auth.mfa_factors set status = 'verified';
select results_eq($$ select status, code from pg_temp.enroll('y') $$, $$ values (403, 'insufficient_aal') $$,
                  'a verified factor guards the next one');
update auth.sessions set aal = 'aal2';
select results_eq($$ select status, code from pg_temp.enroll('y') $$, $$ values (200, null::text) $$,
                  'which aal2 may add');
select results_eq($$ select status, body ->> 'code'
                       from auth.mfa_enroll('00000000-0000-0000-0000-00000000000e',
                                            '00000000-0000-0000-0000-00000000000d', gen_random_uuid(),
                                            'totp', null, null, '\xaa', null, '{}') $$,
                  $$ values (403, 'no_authorization') $$, 'anonymous users have no factors');

select * from finish();
rollback;
