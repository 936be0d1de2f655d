begin;
select plan(6);

create temporary table s as
  select sms.send('+4366012345678', 'Your code is {{ token }}', _sealed => '\xaa',
                  _idempotency_key => 'k') as id;
select results_eq('select channel, body, sealed from mail.messages',
                  $$ values ('sms', 'Your code is {{ token }}', '\xaa'::bytea) $$,
                  'a text message waits with its secrets sealed');
select results_eq($$ select j.payload from jobs.jobs j where j.name = 'sms.send' $$,
                  'select jsonb_build_object(''message'', s.id) from s',
                  'its job knows the id and nothing else');
select is(sms.send('+4366012345678', 'again', _idempotency_key => 'k'), (select s.id from s),
          'a known key answers the first message');
select throws_ok($$ select sms.send('ada', 'x') $$, 'PT400', 'this is no phone number to send to',
                 'a name is no number');
select throws_ok($$ select sms.send('+4366012345678', ' ') $$, 'PT400', 'the text message says nothing',
                 'a blank text is refused');
select tests.as_user('ada');
select throws_ok($$ select sms.send('+4366012345678', 'x') $$, '42501', null, 'users send none');

select * from finish();
rollback;
