-- A passkey from its registration to its deletion.
begin;
select plan(14);

insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now()),
       ('00000000-0000-0000-0000-00000000000f', 'bob@example.test', now());
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a'),
       ('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-00000000000f');
create function pg_temp.code(_status int, _body jsonb) returns text
  language sql as $$
  select concat_ws(' ', _status, _body ->> 'code') $$;
create function pg_temp.sign_in(_count bigint) returns text language sql as $$
  select pg_temp.code(f.status, f.body)
    from auth.passkey_login_finish('\x01', '{"id": "AQ=="}', _count, null, 'agent', '{}') f $$;

select is((select pg_temp.code(status, body)
             from auth.passkey_register_begin(
               '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b',
               '00000000-0000-0000-0000-000000000001', '\xcc', '{"passkey_enabled": "false"}')),
          '404 passkey_disabled', 'off is off');
select is((select pg_temp.code(status, body)
             from auth.passkey_register_begin(
               '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b',
               '00000000-0000-0000-0000-000000000001', '\xcc', '{"passkey_max": 0}')),
          '422 too_many_passkeys', 'there is a limit');
select is((select pg_temp.code(status, body)
             from auth.passkey_register_begin(
               '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b',
               '00000000-0000-0000-0000-000000000001', '\xcc', '{}')),
          '200', 'a registration opens');
select is((select pg_temp.code(status, body)
             from auth.passkey_answer('00000000-0000-0000-0000-00000000000f',
                                      '00000000-0000-0000-0000-000000000001', null, null, '{}')),
          '400 webauthn_challenge_not_found', 'nobody else''s answer counts');
select is((select challenge
             from auth.passkey_answer('00000000-0000-0000-0000-00000000000a',
                                      '00000000-0000-0000-0000-000000000001', null, null, '{}')),
          '\xcc', 'the own one does');
select is((select pg_temp.code(status, body)
             from auth.passkey_answer('00000000-0000-0000-0000-00000000000a',
                                      '00000000-0000-0000-0000-000000000001', null, null, '{}')),
          '400 webauthn_challenge_not_found', 'once');
select is((select pg_temp.code(status, body)
             from auth.passkey_register_finish(
               '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b',
               '{"id": "AQ=="}', 3, 'laptop', null, '{}')),
          '200', 'the key is kept');
select is((select pg_temp.code(status, body)
             from auth.passkey_register_finish(
               '00000000-0000-0000-0000-00000000000f', '00000000-0000-0000-0000-00000000000c',
               '{"id": "AQ=="}', 3, 'laptop', null, '{}')),
          '422 webauthn_credential_exists', 'for one user');
select is(pg_temp.sign_in(3), '400 webauthn_verification_failed',
          'a counter that did not rise is a clone''s');
select is(pg_temp.sign_in(4), '200', 'one that did signs in');
select is(pg_temp.sign_in(null), '400 webauthn_verification_failed', 'a wrong signature does not');
update auth.users set banned_until = 'infinity' where email = 'ada@example.test';
select is(pg_temp.sign_in(5), '403 user_banned', 'nor does a banned user');
update auth.users set banned_until = null;
select is((select pg_temp.code(d.status, d.body)
             from auth.webauthn_credentials c,
                  auth.passkey_delete('00000000-0000-0000-0000-00000000000f',
                                      '00000000-0000-0000-0000-00000000000c', c.id, null) d),
          '404 validation_failed', 'a stranger deletes nothing');
select is((select pg_temp.code(d.status, d.body)
             from auth.webauthn_credentials c,
                  auth.passkey_delete('00000000-0000-0000-0000-00000000000a',
                                      '00000000-0000-0000-0000-00000000000b', c.id, null) d),
          '204', 'the owner does');

select * from finish();
rollback;
