-- Shows a template as a mail would, without sending one. Placeholders that
-- _data lacks show their own name, so that a preview needs no data at all.
create or replace function mail.preview(_name text, _data jsonb default '{}', _locale text default '')
  returns table (locale text, version int, subject text, text_body text, html_body text, placeholders text[])
  language sql stable
  security definer set search_path = ''
as $$
  select c.locale, c.version, r.subject, r.text_body, r.html_body, n.names
    from mail._current(_name, coalesce(_locale, '')) c
   cross join lateral mail._template(_name, c.locale, c.version) t
   cross join lateral (
         select coalesce(array_agg(distinct p.name order by p.name), '{}') as names
           from regexp_matches(concat_ws(' ', t.subject, t.text_body, t.html_body),
                               mail._placeholder(), 'g') m
          cross join lateral array_to_string(mail._path(m[1]), '.') p (name)) n
   cross join lateral mail._render(
         t.subject, t.text_body, t.html_body,
         (select coalesce(jsonb_object_agg(u.name, '[' || u.name || ']'), '{}')
            from unnest(n.names) as u (name)
           where u.name !~ '\.') || coalesce(_data, '{}')) r
$$;
comment on function mail.preview(text, jsonb, text) is
  'The template that counts for the name and locale, filled with _data (what it lacks shows as [name]), and '
  'the placeholders that it has. No row for an unknown name.';
revoke execute on function mail.preview(text, jsonb, text) from public;
grant execute on function mail.preview(text, jsonb, text) to service_role;
