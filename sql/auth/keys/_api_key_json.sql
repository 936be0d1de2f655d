-- A key as its owner sees it: never the key itself.
create or replace function auth._api_key_json(_key auth.api_keys)
  returns jsonb
  language sql stable
as $$
  select jsonb_build_object(
           'id', _key.id, 'name', _key.name, 'prefix', 'hd_' || _key.prefix, 'role', _key.role,
           'scopes', _key.scopes, 'tier', _key.tier, 'created_at', auth._time(_key.created_at),
           'expires_at', auth._time(_key.expires_at), 'revoked_at', auth._time(_key.revoked_at),
           'last_used_at', auth._time(_key.last_used_at), 'user_id', _key.user_id)
$$;
