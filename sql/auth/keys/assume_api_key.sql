-- The first statement of a request that brings an API key, in the request's own
-- round trip: answers the role and the claims that the transaction then takes,
-- or raises, because what follows must not run. Revocation, expiry and bans are
-- therefore instant. Two look-ups by key, no lock. The hash is a MAC under the
-- server's key: whoever times the comparison learns nothing about a MAC that
-- they cannot make. Every wrong key gets one answer; only who has the whole
-- key learns why it no longer serves.
--
-- A key's scopes must cover surface:read or surface:write of the request, such
-- as rest:read; finer ones are for policies (auth.has_scope). _hits is what this
-- node has counted in the minute and not told yet (see record_api_key_usage).
create or replace function auth.assume_api_key(
  _prefix text, _mac bytea, _method text, _surface text, _hits int default 0, _now timestamptz default now(),
  out role text, out claims text)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_key   auth.api_keys;
  v_user  auth.users;
  v_most  int;
  v_scope constant text := _surface
    || case when _method in ('GET', 'HEAD', 'OPTIONS') then ':read' else ':write' end;
begin
  select k.* into v_key from auth.api_keys k where k.prefix = _prefix;
  if (v_key.key_hash = _mac) is not true then
    raise exception using
      errcode = 'PT401', constraint = 'invalid_api_key', message = 'The API key is not valid.',
      hint = 'Make a new one.';
  end if;
  if v_key.revoked_at is not null or v_key.expires_at <= _now then
    raise exception using
      errcode = 'PT401',
      constraint = case when v_key.revoked_at is null then 'api_key_expired' else 'api_key_revoked' end,
      message = 'The API key is no longer valid.', hint = 'Make a new one.';
  end if;
  select u.* into v_user from auth.users u where u.id = v_key.user_id;
  if v_key.user_id is not null
     and (v_user.deleted_at is null and coalesce(v_user.banned_until <= _now, true)) is not true then
    raise exception using
      errcode = 'PT401', constraint = 'user_banned', message = 'The owner of the API key may not act.';
  end if;
  if not auth._covers(v_key.scopes, v_scope) then
    raise exception using
      errcode = 'PT403', constraint = 'insufficient_scope', message = 'The API key may not do this.',
      detail = v_scope, hint = 'Make a key whose scopes cover it.';
  end if;
  select t.per_minute into v_most from auth.api_key_tiers t where t.name = v_key.tier;
  if (case when v_key.window_started_at = date_trunc('minute', _now) then v_key.window_hits else 0 end + _hits
        > v_most) then
    raise exception using
      errcode = 'PT429', constraint = 'over_api_key_rate',
      message = 'The API key has made too many requests.', hint = 'Wait for the next minute.';
  end if;
  role := case when v_key.user_id is null then v_key.role else v_user.role end;
  claims := (jsonb_build_object('role', role, 'api_key_id', v_key.id, 'scopes', v_key.scopes, 'aal', 'aal1')
             || case when v_user.id is null then '{}'
                     else jsonb_build_object(
                       'sub', v_user.id, 'aud', v_user.aud, 'email', coalesce(v_user.email, ''),
                       'phone', coalesce(v_user.phone, ''),
                       'app_metadata', v_user.raw_app_meta_data, 'user_metadata', v_user.raw_user_meta_data,
                       'is_anonymous', v_user.is_anonymous,
                       'amr', jsonb_build_array(jsonb_build_object('method', 'api_key'))) end)::text;
end
$$;
comment on function auth.assume_api_key(text, bytea, text, text, int, timestamptz) is
  'The role and claims of an API key, for the transaction of its request. Raises PT401 invalid_api_key, '
  'api_key_expired, api_key_revoked, user_banned; PT403 insufficient_scope; PT429 over_api_key_rate.';
revoke execute on function auth.assume_api_key(text, bytea, text, text, int, timestamptz) from public;
grant execute on function auth.assume_api_key(text, bytea, text, text, int, timestamptz) to authenticator;
