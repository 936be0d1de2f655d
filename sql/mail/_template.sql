-- The template that counts for a name and a locale: the user's own for de-AT,
-- then for de, then for any; else, as version 0, the built-in one.
create or replace function mail._current(_name text, _locale text)
  returns table (locale text, version int)
  language sql stable
as $$
  select c.locale, c.version
    from (select t.locale, t.version
            from mail.templates t
           where t.name = _name and t.locale in (_locale, split_part(_locale, '-', 1), '')
          union all
          select '', 0 from mail._builtin(_name)) c
   order by c.version > 0 desc, length(c.locale) desc, c.version desc
   limit 1
$$;

create or replace function mail._template(_name text, _locale text, _version int)
  returns table (subject text, text_body text, html_body text)
  language sql stable
as $$
  select t.subject, t.text_body, t.html_body
    from mail.templates t
   where (t.name, t.locale, t.version) = (_name, _locale, _version)
  union all
  select b.subject, b.text_body, b.html_body from mail._builtin(_name) b where _version = 0
$$;
