create or replace function storage.entry_v2_json(_entry jsonb, _prefix text, _with_delimiter boolean)
  returns jsonb
  language sql immutable parallel safe
as $$
  select (_entry - 'key' - 'size') || jsonb_build_object('name', _entry -> 'key')
      || case when _with_delimiter
              then jsonb_build_object('key', substr(_entry ->> 'key', length(coalesce(_prefix, '')) + 1))
              else '{}' end
$$;
comment on function storage.entry_v2_json(jsonb, text, boolean) is
  'A row of list_v2(): the full name and, with the delimiter, the key relative to the prefix.';
revoke execute on function storage.entry_v2_json(jsonb, text, boolean) from public;
grant execute on function storage.entry_v2_json(jsonb, text, boolean) to anon, authenticated, service_role;
