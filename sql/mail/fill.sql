-- Fills the placeholders of a template: {{ token }}, {{ data.name }}, and in
-- GoTrue's writing {{ .Token }}, {{ .Data.name }}, {{ .SiteURL }}. The template
-- is split once, so a value that looks like a placeholder stays text.

create or replace function mail._placeholder()
  returns text
  language sql immutable parallel safe
as $$
  select '\{\{\s*(\.?[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_-]+)*)\s*\}\}'
$$;

-- .ConfirmationURL is confirmation_url; what follows the first dot is the user's own name.
create or replace function mail._path(_name text)
  returns text[]
  language sql immutable parallel safe
as $$
  select case when _name like '.%'
              then array[lower(regexp_replace(split_part(_name, '.', 2), '([a-z])([A-Z])', '\1_\2', 'g'))]
                || (string_to_array(_name, '.'))[3:]
              else string_to_array(_name, '.')
         end
$$;

create or replace function mail._html(_value text)
  returns text
  language sql immutable parallel safe
as $$
  select replace(replace(replace(replace(replace(
    _value, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;')
$$;

-- What a value becomes where it stands: an address in href or src must not run
-- a script, nor leave that to the value behind it.
create or replace function mail._escaped(_value text, _as text, _before text)
  returns text
  language sql immutable parallel safe
as $$
  select case _as
    when 'html' then
      mail._html(case when _before ~* '\m(href|src|action|formaction|poster|background)\s*=\s*["'']?\s*$'
                       and _value !~* '^(https?://|mailto:|tel:|[/#?])' then '#' else _value end)
    when 'header' then regexp_replace(_value, '[[:cntrl:]]+', ' ', 'g')
    when 'json' then regexp_replace(to_json(_value)::text, '^"|"$', '', 'g')
    else _value
  end
$$;

create or replace function mail.fill(_template text, _values jsonb, _as text)
  returns text
  language sql immutable parallel safe
as $$
  with literals as (
    select l.literal, l.n
      from regexp_split_to_table(_template, mail._placeholder()) with ordinality as l (literal, n)
  ), names as (
    select m.found[1] as name, m.n
      from regexp_matches(_template, mail._placeholder(), 'g') with ordinality as m (found, n)
  )
  select string_agg(
           l.literal
           || case when m.name is null then ''
                   else mail._escaped(coalesce(_values #>> mail._path(m.name), ''), _as, l.literal) end,
           '' order by l.n)
    from literals l
    left join names m using (n)
$$;
comment on function mail.fill(text, jsonb, text) is
  'The template with its placeholders filled from _values, escaped for where it goes: html, header (one '
  'line), json (inside a string) or text. What _values lacks is empty.';
