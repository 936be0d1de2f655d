-- A time as the wire writes it: RFC 3339, UTC, with Z. Stable, as to_char is, so that it inlines.
create or replace function auth._time(_at timestamptz)
  returns text
  language sql stable strict parallel safe
as $$
  select to_char(_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;
