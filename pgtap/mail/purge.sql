begin;
select plan(3);

create temporary table m as
  select mail.send('ada@example.test', 'recovery') as done,
         mail.send('ada@example.test', 'recovery') as waiting;
select mail.claim(done) from m; select mail.finish(done, 'sent') from m;
select is(mail.purge(_now => now() + '31 days'), 1, 'a message that is done is forgotten after a time');
select results_eq('select m.id from mail.messages m', 'select waiting from m', 'one that waits is not');
select is(mail.purge(_now => now() + '61 days'), 1, 'until nobody can be about to send it any more');

select * from finish();
rollback;
