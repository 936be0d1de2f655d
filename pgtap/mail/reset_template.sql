begin;
select plan(5);

select mail.set_template('confirmation', 'Mine', 'Mine'),
       mail.set_template('confirmation', 'Meins', 'Meins', _locale => 'de'),
       mail.set_template('own', 's', 't');
create temporary table m as select mail.send('ada@example.test', 'confirmation', _locale => 'de') as id;
select is(mail.reset_template('confirmation'), 2, 'every version goes');
select results_eq($$ select version, subject from mail.preview('confirmation') $$,
                  $$ values (0, 'Confirm your e-mail address') $$, 'and the built-in one counts again');
select mail.claim(id) from m;
select results_eq('select r.subject from m, mail.render(m.id) r', array['Confirm your e-mail address'],
                  'for queued messages too');
select throws_ok(
  $$ select mail.reset_template('own') $$, 'PT404', 'there is no built-in mail template ''own''',
  'a template that has no built-in one is not lost');
select tests.as_user('ada');
select throws_ok($$ select mail.reset_template('confirmation') $$, '42501', null, 'users reset nothing');

select * from finish();
rollback;
