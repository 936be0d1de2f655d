begin;
select plan(4);
insert into auth.users (email, phone) values ('Ada@example.test', '43660');
select isnt_empty($$ select from auth._user_by('aDA@example.test', null) $$, 'by e-mail, in any case');
select isnt_empty($$ select from auth._user_by(null, '43660') $$, 'by phone');
select is_empty($$ select from auth._user_by(null, null) $$, 'nobody by nothing');
insert into auth.users (email) values ('mike@example.test');
select is_empty($$ select from auth._user_by(E'mi\u212Ae@example.test', null) $$,
                'nobody by letters that become theirs in lower case');
select * from finish();
rollback;
