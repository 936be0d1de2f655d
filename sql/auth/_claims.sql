-- The one place where claims are made: what a token of this session says now.
-- The user's hooks may add and change claims, but not those that say who the
-- token is for and how long it holds: they are laid over the hooks' answer. A
-- hook that raises ends the request: a token that lacks a claim would be a
-- silent hole in somebody's policies.
create or replace function auth._claims(
  _user auth.users, _session auth.sessions, _settings jsonb, _now timestamptz, _method text default null)
  returns jsonb
  language plpgsql volatile
as $$
declare
  v_iat      constant bigint := floor(extract(epoch from _now))::bigint;
  v_reserved constant jsonb := jsonb_build_object(
    'iss', auth._setting(_settings, 'issuer'), 'sub', _user.id, 'aud', _user.aud, 'iat', v_iat,
    'exp', v_iat + auth._setting(_settings, 'jwt_exp')::int, 'email', coalesce(_user.email, ''),
    'phone', coalesce(_user.phone, ''),
    'role', _user.role, 'aal', _session.aal, 'amr', _session.amr, 'session_id', _session.id,
    'is_anonymous', _user.is_anonymous);
  v_claims   jsonb := v_reserved
    || jsonb_build_object('app_metadata', _user.raw_app_meta_data, 'user_metadata', _user.raw_user_meta_data)
    || orgs.claims(_user_id => _user.id);
begin
  if auth._has_hook('custom_access_token', _settings) then
    v_claims := auth._fire(
      'custom_access_token',
      jsonb_build_object('user_id', _user.id, 'claims', v_claims,
                         'authentication_method', coalesce(_method, _session.amr #>> '{0,method}')),
      _session.ip, _settings, _now) -> 'claims';
    if (jsonb_typeof(v_claims) = 'object') is not true then
      raise exception using
        errcode = 'PT500', constraint = 'unexpected_failure',
        message = 'A custom_access_token hook answered no claims.', hint = 'Answer {"claims": {…}}.';
    end if;
    v_claims := v_claims - 'jti' - 'nbf' || v_reserved;
  end if;
  return v_claims;
end
$$;
