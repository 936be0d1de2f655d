-- Whether a list of types, exact or like image/*, has room for this one. The
-- type's parameters do not matter; a list that is null allows everything.
create or replace function storage._mime_allowed(_type text, _allowed text[])
  returns boolean
  language sql immutable parallel safe
as $$
  select _allowed is null or cardinality(_allowed) = 0
      or coalesce((select bool_or(a.type in ('*', '*/*') or lower(trim(split_part(a.type, ';', 1))) = t.name
                                  or a.type like '%/*' and starts_with(t.name, lower(left(a.type, -1))))
                     from unnest(_allowed) as a (type),
                          (select lower(trim(split_part(_type, ';', 1))) as name) as t), false)
$$;
