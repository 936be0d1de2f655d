begin;
select plan(6);

select results_eq($$ select version, subject, placeholders from mail.preview('magic_link') $$, $$
                    values (0, 'Your sign-in link', array['confirmation_url', 'email', 'token']) $$,
                  'a preview names the placeholders');
select ok((select p.text_body like '%signs [email] in%' from mail.preview('magic_link') p),
          'without data they show their names');
select ok((select p.text_body like '%signs ada@example.test in%'
             from mail.preview('magic_link', '{"email": "ada@example.test"}') p),
          'with data they are filled');
select mail.set_template('magic_link', 'Anmelden', 'Hier', _locale => 'de');
select results_eq($$ select l.tag, p.locale, p.subject
                       from (values ('de-CH'), ('fr')) l (tag), mail.preview('magic_link', _locale => l.tag) p
                      order by 1 $$,
                  $$ values ('de-CH', 'de', 'Anmelden'), ('fr', '', 'Your sign-in link') $$,
                  'the locale chooses');
select is_empty($$ select * from mail.preview('nope') $$, 'an unknown template shows nothing');
select tests.as_anon();
select throws_ok($$ select * from mail.preview('magic_link') $$, '42501', null, 'it is not for everybody');

select * from finish();
rollback;
