begin;
select plan(9);

create temporary table m as
  select mail.send('ada@example.test', 'reauthentication',
                   '{"site_url": "https://app.test", "token": "forged"}') as id;
select is_empty('select r.* from m, mail.render(m.id) r', 'what is not being sent is not rendered');
select mail.claim(id) from m;
create temporary table r as select r.* from m, mail.render(m.id, '{"token": "123456"}') r;
select results_eq('select recipient, subject from r',
                  $$ values ('ada@example.test', '123456 is your verification code') $$,
                  'the subject is filled; data does not override a secret');
select ok((select r.text_body like '%Enter this code to go on: 123456%' and r.html_body like '%>123456</p>%'
             from r),
          'text and HTML are filled');
select ok((select r.html_body !~ '\{\{|confirmation_url' from r), 'a mail without a link has no button');

select mail.set_template('hello', 'Hi {{ data.name }}', 'Hi {{ data.name }}', '<p>{{ data.name }}</p>');
create temporary table h as
  select mail.send('ada@example.test', 'hello', E'{"data": {"name": "<i>A</i>\\nBcc: x"}}') as id;
select mail.claim(id) from h;
select results_eq('select r.subject, r.html_body from h, mail.render(h.id) r',
                  $$ values ('Hi <i>A</i> Bcc: x', E'<p>&lt;i&gt;A&lt;/i&gt;\nBcc: x</p>') $$,
                  'each part escapes for itself');
select mail.set_template('hello', 'New', 'New');
select results_eq('select r.subject from h, mail.render(h.id) r', array['Hi <i>A</i> Bcc: x'],
                  'a queued message keeps the version it was queued with');
select is(octet_length((select r.subject from mail._render(repeat('x', 1000), 't', null, '{}') r)), 255,
          'a subject has an end');

create temporary table s as select sms.send('+4366012345678', 'Code {{ token }}') as id;
select mail.claim(id) from s;
select results_eq($$ select r.recipient, r.text_body, r.html_body
                       from s, mail.render(s.id, '{"token": "42"}') r $$,
                  $$ values ('+4366012345678', 'Code 42', null) $$, 'a text message is its text');
select tests.as_service();
select throws_ok('select * from mail.render(1)', '42501', null, 'only the server renders');

select * from finish();
rollback;
