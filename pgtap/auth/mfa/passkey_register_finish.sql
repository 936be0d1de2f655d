begin;
select plan(3);

insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now());
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
create function pg_temp.keep(_id text, _name text default null, _settings jsonb default '{}') returns text
  language sql as $$
  select concat_ws(' ', f.status, f.body ->> 'code', f.body ->> 'friendly_name')
    from auth.passkey_register_finish('00000000-0000-0000-0000-00000000000a',
      '00000000-0000-0000-0000-00000000000b', jsonb_build_object('id', _id), 0, _name, null, _settings) f $$;
select is(pg_temp.keep('AQ==', 'laptop'), '200 laptop', 'a key is kept under its name');
select is(pg_temp.keep('AQ=='), '422 webauthn_credential_exists', 'once');
select is(pg_temp.keep('Ag==', null, '{"passkey_max": 1}'), '422 too_many_passkeys', 'and not too many');

select * from finish();
rollback;
