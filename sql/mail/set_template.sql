-- Writes a new version of a template. Old ones stay: messages that are queued
-- keep theirs, and going back is writing the old one again.

-- What the template would leave unfilled or unsafe; null when it is good.
create or replace function mail._template_fault(_subject text, _text text, _html text)
  returns text
  language sql immutable parallel safe
as $$
  select case
    when (_subject ~ '\S') is not true then 'the subject is empty'
    when _subject ~ '[[:cntrl:]]' then 'the subject has a line break or a control character'
    when (_text ~ '\S') is not true then 'the plain text is empty'
    when concat_ws(' ', _subject, _text, _html) ~ ('\{\{(?!' || substr(mail._placeholder(), 5) || ')')
      then 'a {{ is not followed by a name and }}; conditions and loops are not there'
    when _html ~* '<\s*(script|iframe|object|embed|form)\M'
      then 'the HTML has a script, frame, object or form, which mail clients drop'
    when _html ~ '=\s*\{\{' then 'an HTML attribute with a placeholder needs quotes'
    when _html ~* '\s(on\w+|style)\s*=\s*("[^"]*\{\{|''[^'']*\{\{)'
      then 'a placeholder stands in a style or an event of the HTML'
    when _html ~* '<style[^>]*>[^<]*\{\{' then 'a placeholder stands in a style sheet'
  end
$$;

create or replace function mail.set_template(
  _name text, _subject text, _text text, _html text default null, _locale text default '')
  returns int
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_fault   constant text := case when (_name ~ '^[a-z][a-z0-9_]{0,62}$') is not true
                                  then 'its name is not made of a-z, 0-9 and _'
                                  when (_locale ~ '^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$') is not true
                                  then 'its locale is no language tag such as de or de-AT'
                                  else mail._template_fault(_subject, _text, _html) end;
  v_version int;
begin
  if v_fault is not null then
    raise exception using errcode = 'PT400', constraint = 'invalid_template',
      message = format('template %L: %s', _name, v_fault),
      hint = 'Placeholders look like {{ confirmation_url }} or {{ data.name }}.';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('howdah.mail.template ' || _name, 0));
  insert into mail.templates (name, locale, version, subject, text_body, html_body)
  select _name, _locale, coalesce(max(t.version), 0) + 1, _subject, _text, _html
    from mail.templates t
   where t.name = _name and t.locale = _locale
  returning version into v_version;
  return v_version;
end
$$;
comment on function mail.set_template(text, text, text, text, text) is
  'Writes the next version of a template and answers its number; it counts from the next message on. '
  '_html null sends plain text. PT400 invalid_template says what is wrong.';
revoke execute on function mail.set_template(text, text, text, text, text) from public;
grant execute on function mail.set_template(text, text, text, text, text) to service_role;
