begin;
select plan(1);
insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
select is(auth._needs_aal2('00000000-0000-0000-0000-00000000000a', null), false, 'who has no second factor needs none');
select * from finish();
rollback;
