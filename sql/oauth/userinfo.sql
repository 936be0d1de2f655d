-- GET /oauth/userinfo: what the token's scopes show of its user. A token of the
-- app itself shows all.
create or replace function oauth.userinfo(
  _user_id uuid, _session_id uuid, _scope text, _settings jsonb, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_grant oauth.grants;
begin
  select g.* into v_grant from oauth.grants g where g.session_id = _session_id;
  if (auth.session_claims(_session_id => _session_id, _settings => _settings - 'http_hooks',
                          _now => _now) ->> 'sub' = _user_id::text) is not true then
    status := 401;
    body := oauth._error('invalid_token', 'The session of this token has ended');
    return;
  end if;
  status := 200;
  body := auth.profile(_user_id => _user_id,
                       _scopes => case when v_grant.session_id is null then '{email,phone,profile}'
                                       else string_to_array(_scope, ' ') end);
end
$$;
comment on function oauth.userinfo(uuid, uuid, text, jsonb, timestamptz) is
  'The standard claims of a token''s user that its scopes ask for: 200; 401 invalid_token.';
revoke execute on function oauth.userinfo(uuid, uuid, text, jsonb, timestamptz) from public;
grant execute on function oauth.userinfo(uuid, uuid, text, jsonb, timestamptz) to authenticator;
