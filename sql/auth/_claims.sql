-- The one place where claims are made: what a token of this session says now.
create or replace function auth._claims(_user auth.users, _session auth.sessions, _settings jsonb, _now timestamptz)
  returns jsonb
  language sql stable
as $$
  select jsonb_build_object(
    'iss', auth._setting(_settings, 'issuer'),
    'sub', _user.id,
    'aud', _user.aud,
    'iat', floor(extract(epoch from _now))::bigint,
    'exp', floor(extract(epoch from _now))::bigint + auth._setting(_settings, 'jwt_exp')::int,
    'email', coalesce(_user.email, ''),
    'phone', coalesce(_user.phone, ''),
    'app_metadata', _user.raw_app_meta_data,
    'user_metadata', _user.raw_user_meta_data,
    'role', _user.role,
    'aal', _session.aal,
    'amr', _session.amr,
    'session_id', _session.id,
    'is_anonymous', _user.is_anonymous)
$$;
