begin;
select plan(6);

insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now()),
       ('00000000-0000-0000-0000-00000000000f', 'bob@example.test', now());
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
insert into auth.webauthn_credentials (id, user_id, credential_id, credential, friendly_name)
values ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000a',
        '\x01', '{"id": "AQ=="}', 'laptop');

create function pg_temp.begin(
  _id uuid, _settings jsonb default '{}', _user uuid default '00000000-0000-0000-0000-00000000000a')
  returns text language sql as $$
  select concat_ws(' ', b.status, b.body ->> 'code', b.ceremony ->> 'name',
                   jsonb_array_length(b.ceremony -> 'credentials'))
    from auth.passkey_register_begin(_user, '00000000-0000-0000-0000-00000000000b',
                                     _id, '\xcc', _settings) b $$;
select is(pg_temp.begin('00000000-0000-0000-0000-000000000001'), '200 ada@example.test 1',
          'a registration opens, and says what is there already');
select pg_temp.begin('00000000-0000-0000-0000-000000000002');
select results_eq('select id::text from auth.passkey_challenges',
                  array['00000000-0000-0000-0000-000000000002'], 'one at a time');
select is(pg_temp.begin('00000000-0000-0000-0000-000000000003', '{"passkey_enabled": "false"}'),
          '404 passkey_disabled', 'off is off');
select is(pg_temp.begin('00000000-0000-0000-0000-000000000003', '{"passkey_max": 1}'),
          '422 too_many_passkeys', 'there is a limit');
select is(pg_temp.begin('00000000-0000-0000-0000-000000000003', '{}', '00000000-0000-0000-0000-00000000000f'),
          '403 session_not_found', 'another''s session opens none');
insert into auth.mfa_factors (id, user_id, factor_type, secret_sealed, status)
values (gen_random_uuid(), '00000000-0000-0000-0000-00000000000a', 'totp', '\xaa', 'verified');
select is(pg_temp.begin('00000000-0000-0000-0000-000000000003'), '403 insufficient_aal',
          'whoever has a second factor proves it first');

select * from finish();
rollback;
