begin;
select plan(3);

insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now());
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
select is(auth.refuse_caller('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b'),
          null, 'a living session may act');
select is(auth.refuse_caller('00000000-0000-0000-0000-00000000000a', gen_random_uuid()) ->> 'code',
          'session_not_found', 'one that is gone may not');
insert into auth.mfa_factors (id, user_id, factor_type, secret_sealed, status)
values (gen_random_uuid(), '00000000-0000-0000-0000-00000000000a', 'totp', '\xaa', 'verified');
select is(auth.refuse_caller('00000000-0000-0000-0000-00000000000a',
                             '00000000-0000-0000-0000-00000000000b') ->> 'code',
          'insufficient_aal', 'nor one below its factors');

select * from finish();
rollback;
