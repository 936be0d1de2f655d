begin;
select plan(7);

insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
create function pg_temp.make(
  _name text, _prefix text, _scopes text[] default null, _expires_at timestamptz default null)
  returns text language sql as $$
  select concat_ws(' ', c.status, c.body ->> 'code')
    from auth.api_key_create('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b',
      _name, _prefix, '\x01', _scopes, _expires_at, null, '2026-01-01Z') c $$;

select is(pg_temp.make('laptop', 'aaaaaaaa'), '201', 'a key is made');
select results_eq($$ select scopes, role, tier from auth.api_keys $$,
                  $$ values ('{*}'::text[], 'authenticated', 'standard') $$, 'that may what its owner may');
select is(pg_temp.make('laptop', 'aaaaaaaa'), '409 conflict', 'a prefix is taken once');
select is(pg_temp.make(' ', 'bbbbbbbb'), '400 validation_failed', 'a name is needed');
select is(pg_temp.make('x', 'bbbbbbbb', '{all}'), '400 validation_failed', 'and sound scopes');
select is(pg_temp.make('x', 'bbbbbbbb', '{a:b}', '2026-01-01Z'), '400 validation_failed',
          'and an end that is to come');
insert into auth.mfa_factors (id, user_id, factor_type, secret_sealed, status)
values (gen_random_uuid(), '00000000-0000-0000-0000-00000000000a', 'totp', '\xaa', 'verified');
select is(pg_temp.make('x', 'bbbbbbbb'), '403 insufficient_aal',
          'whoever has a second factor proves it first');

select * from finish();
rollback;
