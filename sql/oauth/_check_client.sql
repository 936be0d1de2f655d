-- Why a client's metadata is refused (RFC 7591, 3.2.2); null when it is sound.
-- A redirect URI is compared as a whole later, so that here only its kind
-- matters: https, http on the own machine, or an app's own scheme (a dot in it,
-- RFC 8252); no fragment, no credentials.
create or replace function oauth._check_client(_client oauth.clients)
  returns jsonb
  language plpgsql immutable
as $$
begin
  if (cardinality(_client.redirect_uris) between 1 and 50
      and (select bool_and(coalesce(
             length(r.uri) <= 2000 and r.uri !~ '[#\s[:cntrl:]\\]' and r.uri !~ '^[^/]*//[^/]*@'
             and (r.uri ~ '^https://[^/]'
                  or r.uri ~ '^http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?(/|$|\?)'
                  or r.uri ~ '^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:/'), false))
             from unnest(_client.redirect_uris) as r (uri))) is not true then
    return oauth._error(
      'invalid_redirect_uri',
      'redirect_uris must be https, http on localhost, or an app''s own scheme, without a fragment');
  elsif (length(btrim(_client.name)) between 1 and 200) is not true then
    return oauth._error('invalid_client_metadata', 'client_name must have between 1 and 200 characters');
  elsif (_client.auth_method in ('none', 'client_secret_basic', 'client_secret_post')) is not true then
    return oauth._error('invalid_client_metadata',
                        'token_endpoint_auth_method must be none, client_secret_basic or client_secret_post');
  elsif (_client.grant_types <@ array['authorization_code', 'refresh_token']
         and 'authorization_code' = any (_client.grant_types)) is not true then
    return oauth._error('invalid_client_metadata',
                        'grant_types must be authorization_code, and refresh_token if wanted');
  elsif coalesce(_client.uri !~ '^https?://[^\s]+$', false)
     or coalesce(_client.logo_uri !~ '^https?://[^\s]+$', false) then
    return oauth._error('invalid_client_metadata', 'client_uri and logo_uri must be URLs');
  end if;
  return null;
end
$$;
