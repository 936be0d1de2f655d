begin;
select plan(2);

create temporary table made as select mail.queue_sms('+43660', 'x', null, null, null) as id;
select results_eq('select m.channel, m.recipient, m.body, m.state from mail.messages m join made using (id)',
                  $$ values ('sms', '+43660', 'x', 'queued') $$, 'a text message waits beside the mails');
select tests.as_service();
select throws_ok($$ select mail.queue_sms('+43660', 'x', null, null, null) $$, '42501', null,
                 'only sms.send uses it');

select * from finish();
rollback;
