create or replace function mail.show_template(
  _name text, _locale text default '', _data jsonb default '{}',
  out status int, out body jsonb)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
begin
  select 200, jsonb_build_object(
           'name', _name, 'locale', p.locale, 'version', p.version, 'placeholders', p.placeholders,
           'template', jsonb_build_object('subject', t.subject, 'text', t.text_body, 'html', t.html_body),
           'preview', jsonb_build_object('subject', p.subject, 'text', p.text_body, 'html', p.html_body))
    into status, body
    from mail.preview(_name, _data, _locale) p
   cross join lateral mail._template(_name, p.locale, p.version) t;
  if not found then
    status := 404;
    body := jsonb_build_object('code', 'template_not_found',
                               'message', 'There is no mail template of this name.');
  end if;
end
$$;
comment on function mail.show_template(text, text, jsonb) is
  'The template that counts for a name and locale, its placeholders, and what it makes of _data. '
  '404 template_not_found.';
revoke execute on function mail.show_template(text, text, jsonb) from public;
grant execute on function mail.show_template(text, text, jsonb) to service_role;
