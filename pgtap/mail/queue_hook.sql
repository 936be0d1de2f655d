begin;
select plan(7);

create temporary table made as
  select mail.queue_hook('mail', 'ada@example.test', 'send_email',
                         '{"user": {"id": 1}, "email_data": {"token": "", "redirect_to": "x"}}',
                         '\xaa') as id;
select results_eq(
  'select m.channel, m.recipient, m.state, m.template from mail.messages m join made using (id)', $$
    values ('mail', 'ada@example.test', 'queued', null::text) $$,
  'what a hook sends waits beside what we send');
select results_eq($$ select j.payload from jobs.jobs j where j.name = 'mail.send' $$,
                  $$ select jsonb_build_object('message', id) from made $$, 'a job takes it out');
select mail.claim(id) from made;
select results_eq(
  $$ select r.hook
       from made m, mail.render(m.id, '{"token": "123456", "token_hash": "h", "confirmation_url": "u"}') r $$,
  $$ values ('{"event": "send_email",
               "input": {"user": {"id": 1},
                         "email_data": {"token": "123456", "token_hash": "h",
                                        "redirect_to": "x"}}}'::jsonb) $$,
  'the codes are put in when it leaves, and no link of ours');
create temporary table sms as
  select mail.queue_hook('sms', '43660', 'send_sms', '{"sms": {"phone": "43660"}}', '\xaa', 'once') as id;
select mail.claim(id) from sms;
select results_eq($$ select r.hook #>> '{input,sms,otp}'
                       from sms m, mail.render(m.id, '{"token": "123456"}') r $$,
                  array['123456'], 'that of a text message is its otp');
select results_eq($$ select mail.queue_hook('sms', '43660', 'send_sms', '{}', null, 'once') $$,
                  'select id from sms', 'one with a known key is not queued again');
select ok((select mail._hook_payload('{"input": {"email_data": {"token": ""}}}', '{}')
                    = '{"input": {"email_data": {"token": ""}}}'),
          'a notice has no code');
select tests.as_service();
select throws_ok($$ select mail.queue_hook('mail', 'a@example.test', 'send_email', '{}', null) $$,
                 '42501', null, 'only auth uses it');

select * from finish();
rollback;
