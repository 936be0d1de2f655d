begin;
select plan(14);

select is(mail.set_template('welcome', 'Hi', 'Hi {{ data.name }}', '<p>Hi {{ .Data.Name }}</p>'), 1,
          'the first version is 1');
select is(mail.set_template('welcome', 'Hello', 'Hello'), 2, 'the next is 2');
select is(mail.set_template('welcome', 'Servus', 'Servus', _locale => 'de-AT'), 1,
          'each locale counts for itself');
select results_eq(
  $$ select version, subject from mail.templates where name = 'welcome' and locale = '' order by version $$,
  $$ values (1, 'Hi'), (2, 'Hello') $$, 'old versions stay');

create function pg_temp.set(_subject text, _text text, _html text) returns text language sql as $$
  select $f$ select mail.set_template('t', $f$ || quote_nullable(_subject) || ','
      || quote_nullable(_text) || ',' || quote_nullable(_html) || ')' $$;
select throws_ok(
  $$ select mail.set_template('No Name', 's', 't') $$,
  'PT400', 'template ''No Name'': its name is not made of a-z, 0-9 and _', 'a name is a plain word');
select throws_ok($$ select mail.set_template('t', 's', 't', _locale => '../x') $$, 'PT400', null,
                 'a locale is a language tag');
select throws_ok(
  pg_temp.set(E'a\nBcc: x', 't', null),
  'PT400', 'template ''t'': the subject has a line break or a control character', 'a subject is one line');
select throws_ok(pg_temp.set('s', null, '<p>x</p>'), 'PT400', 'template ''t'': the plain text is empty',
                 'there is always plain text');
select throws_ok(pg_temp.set('s', '{{ if .Token }}x{{ end }}', null),
                 'PT400',
                 'template ''t'': a {{ is not followed by a name and }}; conditions and loops are not there',
                 'what would not be filled is refused');
select throws_ok(pg_temp.set('s', 't', '<a href={{ u }}>'),
                 'PT400',
                 'template ''t'': an HTML attribute with a placeholder needs quotes',
                 'an attribute without quotes is refused');
select throws_ok(pg_temp.set('s', 't', '<p onclick="{{ u }}">'), 'PT400', null,
                 'a placeholder in an event is refused');
select throws_ok(pg_temp.set('s', 't', '<style>p { color: {{ c }} }</style>'),
                 'PT400', 'template ''t'': a placeholder stands in a style sheet', 'or in a style sheet');
select throws_ok(pg_temp.set('s', 't', '<SCRIPT>1</SCRIPT>'), 'PT400', null, 'a script is refused');
select tests.as_user('ada');
select throws_ok($$ select mail.set_template('t', 's', 't') $$, '42501', null, 'users write no templates');

select * from finish();
rollback;
