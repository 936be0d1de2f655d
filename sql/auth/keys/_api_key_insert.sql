-- Makes a key of what the server made up. A prefix that is taken answers 409,
-- and the server tries another.
create or replace function auth._api_key_insert(
  _user_id uuid, _role text, _name text, _prefix text, _key_hash bytea, _scopes text[], _tier text,
  _expires_at timestamptz, _now timestamptz,
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
as $$
declare
  v_scopes constant text[] := coalesce(_scopes, '{*}');
  v_key    auth.api_keys;
begin
  status := 400;
  if (length(btrim(_name)) between 1 and 120) is not true then
    body := auth._refusal('validation_failed', 'name must have between 1 and 120 characters');
  elsif not auth._are_permissions(v_scopes) or cardinality(v_scopes) > 100 then
    body := auth._refusal('validation_failed',
                          'scopes must be a list of resource:action, where either may be *');
  elsif _expires_at <= _now then
    body := auth._refusal('validation_failed', 'expires_at must lie in the future');
  elsif not exists (select from auth.api_key_tiers t where t.name = _tier) then
    body := auth._refusal('validation_failed', 'tier is unknown');
  end if;
  if body is not null then
    return;
  end if;
  insert into auth.api_keys (user_id, role, name, prefix, key_hash, scopes, tier, expires_at, created_at)
  values (_user_id, _role, btrim(_name), _prefix, _key_hash, v_scopes, _tier, _expires_at, _now)
      on conflict on constraint api_keys_prefix_unique do nothing
  returning * into v_key;
  if v_key.id is null then
    status := 409;
    body := auth._refusal('conflict', 'The prefix is taken', 'Try again.');
    return;
  end if;
  status := 201;
  body := auth._api_key_json(v_key);
end
$$;
