-- Codes by mail as a second factor.
begin;
select plan(13);

insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', '2026-01-01Z');
insert into auth.sessions (id, user_id, amr)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a',
        '[{"method": "password"}]'),
       ('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-00000000000a',
        '[{"method": "otp"}]');
create temporary view settings as
  select '{"mfa_email_enroll": true, "mfa_email_verify": true, "mfa_rate_limit": 100,
           "mfa_rate_limit_hour": 100}'::jsonb as s;
create function pg_temp.enroll(_settings jsonb default null) returns table (status int, code text)
  language sql as $$
  select e.status, e.body ->> 'code'
    from auth.mfa_enroll('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b',
                         '00000000-0000-0000-0000-000000000001', 'email', null, null, null, null,
                         coalesce(_settings, (select s from settings)), '2026-01-01Z') e $$;
create function pg_temp.challenge(_id int, _now timestamptz, _session char default 'b')
  returns table (status int, code text) language sql as $$
  select c.status, c.body ->> 'code'
    from auth.mfa_challenge(
      '00000000-0000-0000-0000-00000000000a', ('00000000-0000-0000-0000-00000000000' || _session)::uuid,
      '00000000-0000-0000-0000-000000000001', ('00000000-0000-0000-0000-0000000000' || _id)::uuid,
      '\x01', 'right', 'sealed', null, (select s from settings), _now) c $$;
create function pg_temp.verify(_id int, _code text, _now timestamptz)
  returns table (status int, code text, method text) language plpgsql as $$
begin
  select b.status, b.body ->> 'code' into status, code
    from auth.mfa_verify_begin('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b',
                               '00000000-0000-0000-0000-000000000001',
                               ('00000000-0000-0000-0000-0000000000' || _id)::uuid, null,
                               null, (select s from settings), _now) b;
  if status = 200 then
    select f.status, f.body ->> 'code', f.claims #>> '{amr,0,method}' into status, code, method
      from auth.mfa_verify_finish(
        '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b',
        '00000000-0000-0000-0000-000000000001', ('00000000-0000-0000-0000-0000000000' || _id)::uuid,
        null, _code::bytea, null, null, null, (select s from settings), _now) f;
  end if;
  return next;
end $$;

select results_eq($$ select * from pg_temp.enroll('{}') $$,
                  $$ values (422, 'mfa_email_enroll_not_enabled') $$, 'off by default');
update auth.users set email_autoconfirmed = true;
select results_eq($$ select * from pg_temp.enroll() $$, $$ values (422, 'email_not_confirmed') $$,
                  'an address that nobody proved is no factor');
update auth.users set email_autoconfirmed = false;
select results_eq($$ select * from pg_temp.enroll() $$, $$ values (200, null::text) $$,
                  'one that was proved is');
select results_eq($$ select * from pg_temp.challenge(21, '2026-01-01Z', 'c') $$,
                  $$ values (422, 'insufficient_aal') $$, 'a sign-in by mail is not lifted by mail');
select results_eq($$ select * from pg_temp.challenge(21, '2026-01-01Z') $$, $$ values (200, null::text) $$,
                  'one by password is');
select results_eq($$ select recipient, template, sealed
                       from mail.messages
                      where idempotency_key = 'mfa:00000000-0000-0000-0000-000000000021' $$,
                  $$ values ('ada@example.test', 'reauthentication', 'sealed'::bytea) $$,
                  'the code leaves by mail, sealed');
select results_eq($$ select * from pg_temp.challenge(22, '2026-01-01 00:00:59Z') $$,
                  $$ values (429, 'over_email_send_rate_limit') $$, 'the next one cools down for a minute');
select results_eq($$ select distinct v.status, v.code
                       from generate_series(1, 5) g,
                            pg_temp.verify(21, 'wrong' || g, '2026-01-01 00:01Z') v $$,
                  $$ values (422, 'mfa_verification_failed') $$, 'wrong codes fail');
select isnt((select v.status from pg_temp.verify(21, 'right', '2026-01-01 00:01Z') v), 200,
            'after five even the right one does');
select results_eq($$ select * from pg_temp.challenge(23, '2026-01-01 00:02Z') $$,
                  $$ values (200, null::text) $$, 'a new challenge opens');
select isnt((select v.status from pg_temp.verify(23, 'right', '2026-01-01 00:07Z') v), 200,
            'its code holds for five minutes');
select pg_temp.challenge(24, '2026-01-01 00:08Z');
select results_eq($$ select * from pg_temp.verify(24, 'right', '2026-01-01 00:08:01Z') $$,
                  $$ values (200, null::text, 'mfa/email') $$, 'the right code lifts the session');
select results_eq(
  $$ select s.aal, f.status from auth.sessions s join auth.mfa_factors f on f.id = s.factor_id $$,
  $$ values ('aal2', 'verified') $$, 'to aal2');

select * from finish();
rollback;
