-- Checked where a name is written, so that whatever else reads names may rely on it.
create or replace function storage.is_key(_name text)
  returns boolean
  language sql immutable parallel safe
as $$
  -- No empty or dotted segment: nobody who turns names into paths or URLs may be led astray.
  select coalesce(octet_length(_name) between 1 and 1024
                  and _name ~ '^[-A-Za-z0-9_/!.*''() &$=@;:+,?]+$'
                  and _name !~ '(^|/)\.{1,2}(/|$)' and _name !~ '^/' and _name !~ '//', false)
$$;
comment on function storage.is_key(text) is
  'Whether an object may have this name: 1 to 1024 of A-Z a-z 0-9 _/!.*''() &$=@;:+,?-, no leading or '
  'doubled slash, no segment . or ..; false for null.';
revoke execute on function storage.is_key(text) from public;
grant execute on function storage.is_key(text) to anon, authenticated, service_role;
