begin;
select plan(4);

insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now());
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
insert into auth.webauthn_credentials (id, user_id, credential_id, credential)
values ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000a', '\x01', '{}');
create function pg_temp.name(_id uuid, _name text) returns text language sql as $$
  select concat_ws(' ', r.status, r.body ->> 'code', r.body ->> 'friendly_name')
    from auth.passkey_rename('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b',
                             _id, _name, null) r $$;
select is(pg_temp.name('00000000-0000-0000-0000-000000000001', 'laptop'), '200 laptop',
          'a passkey gets a name');
select is(pg_temp.name('00000000-0000-0000-0000-000000000001', repeat('x', 121)), '400 validation_failed',
          'a short one');
select is(pg_temp.name('00000000-0000-0000-0000-000000000001', null), '400 validation_failed',
          'and not none');
select is(pg_temp.name('00000000-0000-0000-0000-000000000002', 'x'), '404 validation_failed',
          'if it is there');

select * from finish();
rollback;
