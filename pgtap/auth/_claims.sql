begin;
select plan(3);

insert into auth.users (id, email, raw_app_meta_data)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', '{"plan": "pro"}');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
create temporary view claims as
  select auth._claims(u, s, '{"jwt_exp": 60, "issuer": "iss"}', '2026-01-01Z') as c
    from auth.users u, auth.sessions s;

select is((select array_agg(k order by k) from claims, jsonb_object_keys(c) k),
          array['aal', 'amr', 'app_metadata', 'aud', 'email', 'exp', 'iat', 'is_anonymous',
                'iss', 'phone', 'role', 'session_id', 'sub', 'user_metadata'],
          'the claims of GoTrue, and no other');
select is((c -> 'exp')::int - (c -> 'iat')::int, 60, 'it lives as long as configured') from claims;
select is(c -> 'app_metadata', '{"plan": "pro"}', 'app_metadata is in it') from claims;

select * from finish();
rollback;
