begin;
select plan(5);

insert into auth.users (id, email)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test'),
       ('00000000-0000-0000-0000-00000000000f', 'bob@example.test');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a'),
       ('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-00000000000f');
insert into auth.api_keys (id, user_id, name, prefix, key_hash)
values ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000a',
        'k', 'aaaaaaaa', '\x01');
create function pg_temp.revoke(_user char, _session char, _forget boolean) returns text language sql as $$
  select concat_ws(' ', r.status, r.body ->> 'code')
    from auth.api_key_revoke(('00000000-0000-0000-0000-00000000000' || _user)::uuid,
                             ('00000000-0000-0000-0000-00000000000' || _session)::uuid,
                             '00000000-0000-0000-0000-000000000001', _forget, null) r $$;

select is(pg_temp.revoke('f', 'c', true), '404 api_key_not_found', 'a stranger''s key is not found');
select is(pg_temp.revoke('a', 'b', false), '200', 'the owner revokes it');
select ok((select (l.body -> 0 ->> 'revoked_at') is not null and not l.body -> 0 ? 'key_hash'
             from auth.api_key_list('00000000-0000-0000-0000-00000000000a',
                                    '00000000-0000-0000-0000-00000000000b') l),
          'the list says so, and not the hash');
select is(pg_temp.revoke('a', 'b', true), '204', 'and forgets it');
select is_empty('select from auth.api_keys', 'wholly');

select * from finish();
rollback;
