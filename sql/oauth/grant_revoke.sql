-- DELETE /user/oauth/grants?client_id: takes consent back; what the client
-- holds of the user ends, access tokens on their next request.
create or replace function oauth.grant_revoke(
  _user_id uuid, _session_id uuid, _client_id uuid, _ip inet, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  status := 403;
  body := oauth._refuse_caller(_user_id, _session_id, _now);
  if body is not null then
    return;
  end if;
  delete from oauth.consents c where c.user_id = _user_id and c.client_id = _client_id;
  if not found then
    status := 404;
    body := oauth._refusal('oauth_consent_not_found', 'Consent not found');
    return;
  end if;
  delete from oauth.authorizations a where a.user_id = _user_id and a.client_id = _client_id;
  perform auth.end_session(_session_id => g.session_id, _cause => 'consent_revoked', _ip => _ip)
     from oauth.grants g
    where g.client_id = _client_id and auth.is_session_of(_session_id => g.session_id, _user_id => _user_id);
  status := 204;
end
$$;
comment on function oauth.grant_revoke(uuid, uuid, uuid, inet, timestamptz) is
  'Takes the user''s consent back and ends what the client holds: 204; 404 oauth_consent_not_found; '
  '403 as auth.refuse_caller, and oauth_client_not_allowed for a session of an app.';
revoke execute on function oauth.grant_revoke(uuid, uuid, uuid, inet, timestamptz) from public;
grant execute on function oauth.grant_revoke(uuid, uuid, uuid, inet, timestamptz) to authenticator;
