begin;
select plan(5);

insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now()),
       ('00000000-0000-0000-0000-00000000000f', 'bob@example.test', now());

select ok(auth.owns_email('00000000-0000-0000-0000-00000000000a', 'ADA@example.test'),
          'a proved address is its user''s, in any case');
select ok(not auth.owns_email('00000000-0000-0000-0000-00000000000f', 'ada@example.test'),
          'and nobody else''s');
select ok(not auth.owns_email(null, 'ada@example.test')
          and not auth.owns_email('00000000-0000-0000-0000-00000000000a', null),
          'none is nobody''s');
update auth.users set email_confirmed_at = null;
select ok(not auth.owns_email('00000000-0000-0000-0000-00000000000a', 'ada@example.test'),
          'one that was not proved neither');
update auth.users set email_confirmed_at = now(), deleted_at = now();
select ok(not auth.owns_email('00000000-0000-0000-0000-00000000000a', 'ada@example.test'),
          'nor that of a user who is gone');

select * from finish();
rollback;
