-- Tokens in a user's name: impersonation by a person (a reason, a quarter of an
-- hour at most, no renewal) and minting by a trusted server (any number at
-- once). sub is the user, act says who acts. Each has a session of its own, so
-- that it can be revoked and ends with its time; none can be refreshed.
create or replace function auth.admin_token(
  _user_id uuid, _kind text, _actor text, _reason text, _claims jsonb, _seconds int, _ip inet,
  _user_agent text, _settings jsonb, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_most     constant int := case _kind when 'impersonation' then 900 else 2592000 end;
  v_actor    constant text := coalesce(auth.uid()::text, _actor, auth.role());
  v_reserved constant text[] := array['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti', 'email',
                                      'phone', 'role', 'aal', 'amr', 'session_id',
                                      'is_anonymous', 'act', 'app_metadata', 'user_metadata'];
  v_user     auth.users;
  v_session  auth.sessions;
  v_out      auth.outcome;
begin
  if _kind = 'impersonation' and (btrim(_reason) <> '') is not true then
    return auth._no(400, 'validation_failed', 'Impersonation needs a reason');
  elsif (_seconds between 1 and v_most) is not true then
    return auth._no(400, 'validation_failed', format('expires_in must lie between 1 and %s', v_most));
  elsif coalesce(_claims, '{}') ?| v_reserved then
    return auth._no(400, 'validation_failed',
                    'claims must not hold reserved claims: ' || array_to_string(v_reserved, ', '));
  end if;
  select u.* into v_user from auth.users u where u.id = _user_id and u.deleted_at is null;
  if v_user.id is null then
    return auth._no_such_user();
  elsif v_user.banned_until > _now then
    return auth._no(403, 'user_banned', 'User is banned');
  end if;
  insert into auth.sessions (id, user_id, created_at, updated_at, not_after, amr, ip, user_agent, tag)
  values (coalesce((_settings ->> 'new_session_id')::uuid, gen_random_uuid()), v_user.id, _now, _now,
          _now + make_interval(secs => _seconds),
          jsonb_build_array(jsonb_build_object('method', _kind,
                                               'timestamp', floor(extract(epoch from _now))::bigint)),
          _ip, left(_user_agent, 1024), _kind)
  returning * into v_session;
  perform auth._audit('user_impersonated', 'account', v_user.id, v_session.id, _ip,
                      jsonb_build_object('actor', v_actor, 'reason', left(_reason, 1000),
                                         'kind', _kind, 'seconds', _seconds));
  v_out := auth._signed_in(v_user, v_session, _settings, _now, _kind);
  v_out.claims := coalesce(_claims, '{}') || v_out.claims
    || jsonb_build_object('exp', floor(extract(epoch from _now))::bigint + _seconds,
                          'act', jsonb_build_object('sub', v_actor));
  return v_out;
end
$$;
comment on function auth.admin_token(uuid, text, text, text, jsonb, int, inet, text, jsonb, timestamptz) is
  'Claims of a token in a user''s name, of kind impersonation (reason needed, 900 s at most) or minted (30 '
  'days at most): 200; 400 validation_failed, also for reserved claims; 404 user_not_found; 403 user_banned.';
revoke execute
  on function auth.admin_token(uuid, text, text, text, jsonb, int, inet, text, jsonb, timestamptz)
  from public;
grant execute on function auth.admin_token(uuid, text, text, text, jsonb, int, inet, text, jsonb, timestamptz)
  to service_role;
