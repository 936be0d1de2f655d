create or replace function storage.entry_json(
  _key text, _prefix text, _id uuid, _metadata jsonb, _created_at timestamptz, _updated_at timestamptz, _last_accessed_at timestamptz)
  returns jsonb
  language sql stable parallel safe
as $$
  select jsonb_build_object(
    'name', rtrim(substr(_key, length(_prefix) + 1), '/'), 'id', _id, 'updated_at', _updated_at, 'created_at', _created_at,
    'last_accessed_at', _last_accessed_at, 'metadata', _metadata)
$$;
comment on function storage.entry_json(text, text, uuid, jsonb, timestamptz, timestamptz, timestamptz) is 'A row of list(): the name relative to the prefix, a folder''s without its slash.';
revoke execute on function storage.entry_json(text, text, uuid, jsonb, timestamptz, timestamptz, timestamptz) from public;
grant execute on function storage.entry_json(text, text, uuid, jsonb, timestamptz, timestamptz, timestamptz) to anon, authenticated, service_role;
