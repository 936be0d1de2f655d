begin;
select plan(6);

create schema app;
create function app.add_plan(_event jsonb) returns jsonb language sql as $$
  select jsonb_build_object('claims', (_event -> 'claims')
                                      || '{"plan": "pro", "sub": "somebody else", "role": "service_role",
                                           "aal": "aal3"}') $$;
create function app.add_team(_event jsonb) returns jsonb language sql as $$
  select jsonb_build_object('claims', (_event -> 'claims') || jsonb_build_object(
    'team', _event #>> '{claims,plan}' || ' team')) $$;
create function app.refuse(_event jsonb) returns jsonb
  language sql as $$
  select '{"error": {"http_code": 403, "message": "No"}}'::jsonb $$;
create function app.no_hook(_event text) returns text language sql as 'select _event';
select auth.set_hook('custom_access_token', 'app.add_plan(jsonb)', 1),
       auth.set_hook('custom_access_token', 'app.add_team(jsonb)', 2);

create temporary table made as
  select * from auth.sign_up('ada@example.test', null, 'hash', null, null, null, null, null, '{}');
select results_eq($$ select claims ->> 'plan', claims ->> 'team' from made $$,
                  $$ values ('pro', 'pro team') $$, 'hooks add claims, one after the other');
select results_eq(
  $$ select claims ->> 'sub' = body ->> 'id', claims ->> 'role', claims ->> 'aal' from made $$,
  $$ values (true, 'authenticated', 'aal1') $$, 'but not those that say who the token is for');
select results_eq($$ select r.claims ->> 'plan'
                       from made m, auth.refresh(m.session_id, 0, null, null, '{}') r $$,
                  array['pro'], 'a refresh asks them again');
select auth.set_hook('before_user_created', 'app.refuse(jsonb)');
select throws_ok($$ select auth.sign_up('bob@example.test', null, 'hash', null, null,
                                        null, null, null, '{}') $$,
                 'PT403', 'No', 'a hook that answers an error ends the request');
select throws_ok($$ select auth.set_hook('on_login', 'app.no_hook(text)') $$, 'PT400', null,
                 'what is no hook is refused');
select tests.as_service();
select throws_ok($$ select auth.set_hook('on_login', 'app.refuse(jsonb)') $$, '42501', null,
                 'request roles register none');

select * from finish();
rollback;
