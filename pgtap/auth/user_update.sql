begin;
select plan(9);

select tests.catch_mail();
insert into auth.users (id, email, encrypted_password, raw_user_meta_data)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', 'hash', '{"a": 1, "b": {"c": null}}');
insert into auth.users (email) values ('bob@example.test');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a'),
       ('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-00000000000a');
create function pg_temp.change(
  _email text default null, _hash text default null, _old text default null, _data jsonb default '{}',
  _session uuid default '00000000-0000-0000-0000-00000000000b')
  returns table (status int, code text) language sql as $$
  select u.status, u.body ->> 'code'
    from auth.user_update('00000000-0000-0000-0000-00000000000a', _session, _email, null, _hash, _old, _data,
      tests.token('1', 'new'), tests.token('2', 'current'), null, '{"mail_gap": 0}') u $$;
select results_eq($$ select * from pg_temp.change(_data => '{"a": null, "d": 2}') $$,
                  $$ values (200, null::text) $$, 'metadata is merged');
select results_eq('select raw_user_meta_data from auth.users where encrypted_password = ''hash''',
                  array['{"b": {"c": null}, "d": 2}'::jsonb], 'and null deletes a key, at the top alone');
select results_eq($$ select * from pg_temp.change(_email => 'New@example.test') $$,
                  $$ values (200, null::text) $$, 'a new address waits');
select results_eq('select recipient, template from tests.sent order by id',
                  $$ values ('new@example.test', 'email_change_new'),
                            ('ada@example.test', 'email_change_current') $$,
                  'both ends are asked');
select throws_ok($$ select * from pg_temp.change(_email => 'BOB@example.test') $$, 'PT422', null,
                 'an address that is taken is refused');
select results_eq($$ select * from pg_temp.change(_hash => 'new', _old => 'stale') $$,
                  $$ values (409, 'conflict') $$, 'a password that changed meanwhile stays');
select pg_temp.change(_hash => 'new', _old => 'hash');
select results_eq('select id from auth.sessions', $$ values ('00000000-0000-0000-0000-00000000000b'::uuid) $$,
                  'a new password ends the other sessions');
select is_empty('select from auth.one_time_tokens', 'and what is pending');
select tests.as_anon();
select throws_ok($$ select auth.user_update(null, null, null, null, null, null, null,
                                            null, null, null, '{}') $$,
                 '42501', null, 'anon may not call it');

select * from finish();
rollback;
