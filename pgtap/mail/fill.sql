begin;
select plan(12);

select is(mail.fill('Hi {{ data.name }}, {{token}}!', '{"data": {"name": "Ada"}, "token": "123"}', 'text'),
          'Hi Ada, 123!', 'placeholders take values, by path too');
select is(mail.fill('{{ .ConfirmationURL }} {{ .SiteURL }} {{ .Data.FirstName }}',
                    '{"confirmation_url": "u", "site_url": "s", "data": {"FirstName": "Ada"}}', 'text'),
          'u s Ada', 'as GoTrue writes them too');
select is(mail.fill('a{{ nothing }}b', '{}', 'text'), 'ab', 'what is not there is empty');
select is(mail.fill('{{ a }}', '{"a": "{{ b }}", "b": "secret"}', 'text'), '{{ b }}',
          'a value that looks like a placeholder stays text');
select is(mail.fill('<p title="{{ a }}">{{ a }}</p>', '{"a": "<b onload=\"x\">&''"}', 'html'),
          '<p title="&lt;b onload=&quot;x&quot;&gt;&amp;&#39;">&lt;b onload=&quot;x&quot;&gt;&amp;&#39;</p>',
          'HTML is escaped');
select is(mail.fill('<a href="{{ u }}">', '{"u": "javascript:alert(1)"}', 'html'), '<a href="#">',
          'a link runs no script');
select is(mail.fill('<a href={{ u }}>', '{"u": "javascript:alert(1)"}', 'html'), '<a href=#>',
          'nor without quotes');
select is(mail.fill('<a href="{{ none }}{{ u }}">', '{"u": "javascript:alert(1)"}', 'html'),
          '<a href="#javascript:alert(1)">', 'nor behind a value that is not there');
select is(mail.fill('<a href="{{ u }}">', '{"u": "https://a.test/?b=1&c=2"}', 'html'),
          '<a href="https://a.test/?b=1&amp;c=2">', 'a link to a page stays');
select is(mail.fill('Hi {{ a }}', E'{"a": "x\\r\\nBcc: eve@example.test"}', 'header'),
          'Hi x Bcc: eve@example.test', 'a header stays one line');
select is(mail.fill('{"text": "{{ a }}"}', E'{"a": "say \\"hi\\"\\n"}', 'json'), '{"text": "say \"hi\"\n"}',
          'a JSON string stays one');
select is(mail.fill(null, '{}', 'html'), null, 'no template is nothing');

select * from finish();
rollback;
