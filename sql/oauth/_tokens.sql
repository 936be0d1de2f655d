-- What a client's tokens say: the access token's claims are a session's with
-- client_id and scope; the ID token's are the user's, for the client alone.
create or replace function oauth._tokens(
  _grant oauth.grants, _settings jsonb, _now timestamptz, out claims jsonb, out id_claims jsonb)
  returns record
  language plpgsql volatile
as $$
begin
  claims := auth.session_claims(_session_id => _grant.session_id, _settings => _settings, _now => _now)
    || jsonb_build_object('client_id', _grant.client_id, 'scope', array_to_string(_grant.scopes, ' '));
  if claims is not null and 'openid' = any (_grant.scopes) then
    id_claims := auth.profile(_user_id => (claims ->> 'sub')::uuid, _scopes => _grant.scopes)
      || jsonb_strip_nulls(jsonb_build_object(
           'iss', claims -> 'iss', 'aud', _grant.client_id, 'azp', _grant.client_id,
           'iat', claims -> 'iat', 'exp', claims -> 'exp', 'nonce', _grant.nonce,
           'sid', _grant.session_id, 'auth_time', floor(extract(epoch from _grant.created_at))::bigint));
  end if;
end
$$;
