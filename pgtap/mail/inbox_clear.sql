begin;
select plan(3);

select mail.keep(1, 'mail', 'ada@example.test', '\xaa');
select is(mail.inbox_clear(), 1, 'the inbox is emptied');
select is(mail.inbox_clear(), 0, 'an empty one stays empty');
select tests.as_user('ada');
select throws_ok('select mail.inbox_clear()', '42501', null, 'only the server empties it');

select * from finish();
rollback;
