-- A URL with parameters: {"a": "b c", "tags": ["x", "y"]} is a=b%20c&tags=x&tags=y.

create or replace function net._urlencode(_text text)
  returns text
  language sql immutable strict parallel safe
as $$
  select coalesce(string_agg(
    case when c.letter ~ '^[A-Za-z0-9_.~-]$' then c.letter
         else upper(regexp_replace(encode(convert_to(c.letter, 'UTF8'), 'hex'), '(..)', '%\1', 'g'))
    end, '' order by c.n), '')
    from regexp_split_to_table(_text, '') with ordinality as c (letter, n)
   where c.letter <> ''
$$;

create or replace function net._with_params(_url text, _params jsonb)
  returns text
  language sql immutable parallel safe
as $$
  select _url
      || coalesce(
        case when _url like '%?%' then '&' else '?' end
          || string_agg(net._urlencode(p.key) || '=' || net._urlencode(v.value), '&' order by p.key, v.n), '')
    from jsonb_each(case jsonb_typeof(_params) when 'object' then _params else '{}' end) p
   cross join lateral jsonb_array_elements_text(
         case jsonb_typeof(p.value)
           when 'array' then p.value else jsonb_build_array(p.value) end) with ordinality as v (value, n)
   where v.value is not null
$$;
