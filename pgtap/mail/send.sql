begin;
select plan(10);

create temporary table sent as
  select mail.send(_to => 'ada@example.test', _template => 'confirmation',
                   _data => '{"site_url": "https://app.test"}', _sealed => '\xaa') as id;
select results_eq('select m.channel, m.recipient, m.template, m.version, m.state, m.sealed from mail.messages m join sent s using (id)',
                  $$ values ('mail', 'ada@example.test', 'confirmation', 0, 'queued', '\xaa'::bytea) $$,
                  'a mail waits, with the built-in template');
select results_eq($$ select j.payload from jobs.jobs j where j.name = 'mail.send' $$,
                  'select jsonb_build_object(''message'', s.id) from sent s',
                  'its job knows the id and nothing else');

select is(mail.send('ada@example.test', 'recovery', _idempotency_key => 'k'), mail.send(
            'eve@example.test', 'invite', _idempotency_key => 'k'),
          'a known key answers the first message');
select results_eq($$ select recipient from mail.messages where idempotency_key = 'k' $$,
                  array['ada@example.test'], 'and keeps it');
select results_eq($$ select count(*)::int from jobs.jobs j where j.name = 'mail.send' $$, array[2],
                  'and enqueues nothing');

select mail.set_template('confirmation', 'Hallo', 'Text', _locale => 'de');
create temporary table german as
  select mail.send('ada@example.test', 'confirmation', _locale => 'de-AT') as id;
select results_eq('select m.locale, m.version from mail.messages m join german using (id)',
                  $$ values ('de', 1) $$, 'the template is chosen by language, and its version is kept');

select throws_ok($$ select mail.send(E'ada@example.test\r\nBcc: eve@example.test', 'confirmation') $$,
                 'PT400', 'this is no e-mail address to send to', 'a line break is no address');
select throws_ok($$ select mail.send(null, 'confirmation') $$, 'PT400', null, 'nobody is no address');
select throws_ok($$ select mail.send('ada@example.test', 'nope') $$,
                 'PT404', 'there is no mail template ''nope''', 'an unknown template is refused at once');
select tests.as_user('ada');
select throws_ok($$ select mail.send('ada@example.test', 'confirmation') $$, '42501', null,
                 'users do not send mail');

select * from finish();
rollback;
