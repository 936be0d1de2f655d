begin;
select plan(4);

select mail.set_template('hello', 'Hi {{ name }}', 'Hi {{ name }}', '<p>{{ name }}</p>');
select results_eq($$ select status, body #>> '{template,subject}', body #>> '{preview,html}',
                            body -> 'placeholders', body ->> 'version'
                       from mail.show_template('hello', _data => '{"name": "<A>"}') $$,
                  $$ values (200, 'Hi {{ name }}', '<p>&lt;A&gt;</p>', '["name"]'::jsonb, '1') $$,
                  'a template is shown, and what it makes of data');
select results_eq($$ select body ->> 'version', body #>> '{preview,subject}'
                       from mail.show_template('invite') $$,
                  $$ values ('0', 'You have been invited') $$, 'a built-in one too');
select results_eq($$ select status, body ->> 'code' from mail.show_template('nope') $$,
                  $$ values (404, 'template_not_found') $$, 'an unknown one is not there');
select tests.as_user('ada');
select throws_ok($$ select mail.show_template('hello') $$, '42501', null, 'users see none');

select * from finish();
rollback;
