begin;
select plan(5);

insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now()),
       ('00000000-0000-0000-0000-00000000000f', 'bob@example.test', now());
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-00000000000f');
insert into auth.webauthn_credentials (id, user_id, credential_id, credential, friendly_name)
values ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000a',
        '\x01', '{"id": "AQ=="}', 'laptop');

create function pg_temp.drop(_user char, _session char) returns text language sql as $$
  select concat_ws(' ', d.status, d.body ->> 'code')
    from auth.passkey_delete(('00000000-0000-0000-0000-00000000000' || _user)::uuid,
                             ('00000000-0000-0000-0000-00000000000' || _session)::uuid,
                             '00000000-0000-0000-0000-000000000001', null) d $$;
select is(pg_temp.drop('f', 'c'), '404 validation_failed', 'a stranger deletes nothing');
insert into auth.mfa_factors (id, user_id, factor_type, secret_sealed, status)
values (gen_random_uuid(), '00000000-0000-0000-0000-00000000000a', 'totp', '\xaa', 'verified');
select is(pg_temp.drop('a', 'b'), '403 insufficient_aal', 'whoever has a second factor proves it first');
delete from auth.mfa_factors;
select is(pg_temp.drop('a', 'b'), '204', 'the owner does');
select is(pg_temp.drop('a', 'b'), '404 validation_failed', 'once');
select results_eq($$ select count(*)::int from auth.audit_log where action = 'passkey_deleted' $$, array[1],
                  'and the log says so');

select * from finish();
rollback;
