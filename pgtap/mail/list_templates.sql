begin;
select plan(3);

select mail.set_template('confirmation', 'Mine', 'Mine'),
       mail.set_template('confirmation', 'Mine', 'Mine too'),
       mail.set_template('hello', 'Hallo', 'Hallo', _locale => 'de');
select results_eq(
  $$ select t ->> 'name', t ->> 'locale', (t ->> 'version')::int, (t ->> 'builtin')::boolean
       from mail.list_templates() l, jsonb_array_elements(l.body) t
      where t ->> 'name' in ('confirmation', 'hello', 'invite') $$,
  $$ values ('confirmation', '', 2, true), ('hello', 'de', 1, false), ('invite', '', 0, true) $$,
  'each template that counts is listed once');
select results_eq($$ select jsonb_array_length(body) from mail.list_templates() $$, array[15],
                  'the built-in ones too');
select tests.as_user('ada');
select throws_ok('select mail.list_templates()', '42501', null, 'users see none');

select * from finish();
rollback;
