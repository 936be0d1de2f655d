begin;
select plan(5);

insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now()),
       ('00000000-0000-0000-0000-00000000000f', 'bob@example.test', now());
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');

create function pg_temp.said(_now timestamptz default now()) returns text language sql as $$
  select concat_ws(' ', c ->> 'email', c ->> 'session_id')
    from auth.session_claims('00000000-0000-0000-0000-00000000000b', '{}', _now) c $$;
select is(pg_temp.said(), 'ada@example.test 00000000-0000-0000-0000-00000000000b',
          'a living session says whose it is');
update auth.users set email = 'new@example.test' where id = '00000000-0000-0000-0000-00000000000a';
select is(pg_temp.said(), 'new@example.test 00000000-0000-0000-0000-00000000000b', 'as things are now');
update auth.sessions set not_after = '2026-01-01Z';
select is(auth.session_claims('00000000-0000-0000-0000-00000000000b', '{}', '2026-01-01Z'), null,
          'one that is over says nothing');
update auth.sessions set not_after = null;
update auth.users set banned_until = 'infinity';
select is(auth.session_claims('00000000-0000-0000-0000-00000000000b', '{}'), null,
          'nor that of a banned user');
select is(auth.session_claims(null, '{}'), null, 'nor none');

select * from finish();
rollback;
