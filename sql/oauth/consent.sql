-- GET /oauth/authorizations/{id} and POST …/consent. The first user who looks is
-- whose consent it is; nobody else's counts from then on. Of many answers to
-- one authorization the first holds: the update names what it was before.

-- The pending authorization, taken by the user. No row: there is none for them,
-- or its redirect URI has been taken from the client since.
create or replace function oauth._take(_id uuid, _user_id uuid, _now timestamptz)
  returns setof oauth.authorizations
  language sql volatile
as $$
  update oauth.authorizations a
     set user_id = _user_id
   where a.id = _id and (a.user_id is null or a.user_id = _user_id) and a.code_hash is null
     and a.redeemed_at is null and a.expires_at > _now
     and exists (select from oauth.clients c
                  where c.id = a.client_id and a.redirect_uri = any (c.redirect_uris))
  returning a.*
$$;

-- Gives the authorization its code, which lives a minute.
create or replace function oauth._approve(
  _authorization oauth.authorizations, _code_hash bytea, _now timestamptz)
  returns void
  language plpgsql volatile
as $$
begin
  insert into oauth.consents as c (user_id, client_id, scopes, granted_at)
  values (_authorization.user_id, _authorization.client_id, _authorization.scopes, _now)
      on conflict (user_id, client_id) do update
     set scopes = array(select distinct s.name from unnest(c.scopes || excluded.scopes) as s (name)),
         granted_at = excluded.granted_at;
  update oauth.authorizations a
     set code_hash = _code_hash, expires_at = _now + interval '1 minute'
   where a.id = _authorization.id;
end
$$;

create or replace function oauth.consent(
  _user_id uuid, _session_id uuid, _id uuid, _action text, _code_hash bytea, _now timestamptz default now(),
  out status int, out body jsonb, out redirect_uri text, out params jsonb, out approved boolean)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_authorization oauth.authorizations;
begin
  status := 403;
  body := oauth._refuse_caller(_user_id, _session_id, _now);
  if body is not null then
    return;
  elsif (_action in ('show', 'approve', 'deny')) is not true then
    status := 400;
    body := oauth._refusal('validation_failed', 'action must be approve or deny');
    return;
  end if;
  select t.* into v_authorization from oauth._take(_id, _user_id, _now) t;
  if v_authorization.id is null then
    status := 404;
    body := oauth._refusal('oauth_authorization_not_found', 'Authorization not found');
    return;
  end if;
  status := 200;
  params := jsonb_strip_nulls(jsonb_build_object('state', v_authorization.state));
  -- Whoever listens at a port or claims a scheme of the device may say that it is
  -- this client: only an https address is known to be the one consented to before (RFC 8252, 8.6).
  approved := _action = 'approve'
    or _action = 'show' and v_authorization.redirect_uri like 'https://%'
       and exists (
         select from oauth.consents c
          where c.user_id = _user_id and c.client_id = v_authorization.client_id
            and c.scopes @> v_authorization.scopes);
  if approved then
    perform oauth._approve(v_authorization, _code_hash, _now);
    redirect_uri := v_authorization.redirect_uri;
  elsif _action = 'deny' then
    delete from oauth.authorizations a where a.id = v_authorization.id;
    redirect_uri := v_authorization.redirect_uri;
    params := params || oauth._error('access_denied', 'The user denied the request');
  else
    body := (select jsonb_build_object(
               'authorization_id', v_authorization.id, 'redirect_uri', v_authorization.redirect_uri,
               'client', jsonb_build_object('id', c.id, 'name', c.name, 'uri', coalesce(c.uri, ''),
                                            'logo_uri', coalesce(c.logo_uri, '')),
               'user', jsonb_build_object('id', _user_id)
                       || auth.profile(_user_id => _user_id, _scopes => '{email}') - 'sub' - 'email_verified',
               'scope', array_to_string(v_authorization.scopes, ' '))
               from oauth.clients c where c.id = v_authorization.client_id);
  end if;
end
$$;
comment on function oauth.consent(uuid, uuid, uuid, text, bytea, timestamptz) is
  'Shows, approves or denies an authorization as the user: 200 with the client and scopes to consent '
  'to, or with where to send the browser: with the code (approved) or access_denied. Showing approves '
  'what was consented to before, for an https redirect URI. 404 oauth_authorization_not_found; '
  '403 as auth.refuse_caller, and oauth_client_not_allowed for a session of an app.';
revoke execute on function oauth.consent(uuid, uuid, uuid, text, bytea, timestamptz) from public;
grant execute on function oauth.consent(uuid, uuid, uuid, text, bytea, timestamptz) to authenticator;
