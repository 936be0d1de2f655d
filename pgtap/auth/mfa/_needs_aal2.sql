begin;
select plan(5);

insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now());
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
select ok(not auth._needs_aal2('00000000-0000-0000-0000-00000000000a',
                               '00000000-0000-0000-0000-00000000000b'),
          'a user without factors needs none');
insert into auth.mfa_factors (id, user_id, factor_type, secret_sealed, status)
values (gen_random_uuid(), '00000000-0000-0000-0000-00000000000a', 'totp', '\xaa', 'verified');
select ok(auth._needs_aal2('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b'),
          'one with a factor does');
select ok(auth._needs_aal2('00000000-0000-0000-0000-00000000000a', null), 'also without a session');
update auth.sessions set aal = 'aal2';
select ok(not auth._needs_aal2('00000000-0000-0000-0000-00000000000a',
                               '00000000-0000-0000-0000-00000000000b'),
          'until the session has it');
update auth.sessions set amr = '[{"method": "oauth_provider/authorization_code", "timestamp": 1}]';
select ok(auth._needs_aal2('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b'),
          'a session that an app holds never does');

select * from finish();
rollback;
