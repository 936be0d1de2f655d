begin;
select plan(4);

insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now()),
       ('00000000-0000-0000-0000-00000000000f', 'bob@example.test', now());
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');

select ok(auth.is_session_of('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a'),
          'a session is its user''s');
select ok(not auth.is_session_of('00000000-0000-0000-0000-00000000000b',
                                 '00000000-0000-0000-0000-00000000000f'),
          'and nobody else''s');
select ok(not auth.is_session_of(null, '00000000-0000-0000-0000-00000000000a')
          and not auth.is_session_of('00000000-0000-0000-0000-00000000000b', null),
          'none is nobody''s');
delete from auth.sessions;
select ok(not auth.is_session_of('00000000-0000-0000-0000-00000000000b',
                                 '00000000-0000-0000-0000-00000000000a'),
          'one that has ended neither');

select * from finish();
rollback;
