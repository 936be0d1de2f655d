-- GET /user/oauth/grants: the apps that the user has let in.
create or replace function oauth.grants_list(
  _user_id uuid, _session_id uuid, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
begin
  status := 403;
  body := oauth._refuse_caller(_user_id, _session_id, _now);
  if body is not null then
    return;
  end if;
  status := 200;
  body := (select coalesce(jsonb_agg(jsonb_build_object(
             'client', jsonb_build_object('id', k.id, 'name', k.name, 'uri', coalesce(k.uri, ''),
                                          'logo_uri', coalesce(k.logo_uri, '')),
             'scopes', c.scopes, 'granted_at', c.granted_at) order by c.granted_at desc, k.id), '[]')
             from oauth.consents c
             join oauth.clients k on k.id = c.client_id
            where c.user_id = _user_id);
end
$$;
comment on function oauth.grants_list(uuid, uuid, timestamptz) is
  'The clients that the user consented to, newest first, with their scopes. 403 as auth.refuse_caller, and '
  'oauth_client_not_allowed for a session of an app.';
revoke execute on function oauth.grants_list(uuid, uuid, timestamptz) from public;
grant execute on function oauth.grants_list(uuid, uuid, timestamptz) to authenticator;
