begin;
select plan(3);

insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
create function pg_temp.shown() returns jsonb language sql as $$
  select s.body
    from auth.mfa_status('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b') s $$;
select is(pg_temp.shown(),
          '{"enabled": false, "current_level": "aal1", "next_level": "aal1", "factors": [],
            "recovery_codes_left": 0}',
          'without factors nothing is on');
insert into auth.mfa_factors (id, user_id, factor_type, secret_sealed, status)
values (gen_random_uuid(), '00000000-0000-0000-0000-00000000000a', 'totp', '\xaa', 'verified');
select is(pg_temp.shown() - 'factors',
          '{"enabled": true, "current_level": "aal1", "next_level": "aal2", "recovery_codes_left": 0}',
          'with one there is a level to reach');
select ok(not (auth._user_json(u) -> 'factors' -> 0 ? 'secret_sealed')
          and auth._user_json(u) -> 'factors' -> 0 ->> 'status' = 'verified',
          'the user object lists it, without its secret')
  from auth.users u;

select * from finish();
rollback;
