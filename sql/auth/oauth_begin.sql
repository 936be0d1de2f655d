-- /authorize: remembers a flow that goes to a provider. Of the state, which the
-- browser carries there and back, a keyed hash rests here; what the server
-- must remember of it is sealed.
create or replace function auth.oauth_begin(
  _provider text, _state bytea, _sealed bytea, _code_challenge text, _code_challenge_method text,
  _redirect_to text, _user_id uuid, _session_id uuid, _settings jsonb, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_user auth.users;
  v_no   auth.outcome;
begin
  if _user_id is not null then
    if auth._setting(_settings, 'manual_linking') <> 'true' then
      return auth._no(404, 'manual_linking_disabled', 'Manual linking is disabled');
    end if;
    select u.* into v_user from auth.users u where u.id = _user_id;
    v_no.body := coalesce(auth._refuse_user(v_user, _session_id, _now), auth._refuse_delegated(_session_id));
    if v_no.body is not null then
      v_no.status := 403;
      return v_no;
    end if;
  end if;
  insert into auth.flow_states (purpose, provider, state_hash, sealed, code_challenge, code_challenge_method,
                                redirect_to, linking_user_id, created_at, expires_at)
  values ('oauth', _provider, _state, _sealed, _code_challenge, lower(_code_challenge_method),
          _redirect_to, _user_id, _now,
          _now + make_interval(secs => auth._setting(_settings, 'flow_exp')::double precision));
  return auth._yes();
end
$$;
comment on function auth.oauth_begin(text, bytea, bytea, text, text, text, uuid, uuid, jsonb, timestamptz) is
  'Keeps the state of a flow to a provider; with a user, the flow links an identity to them. 200; '
  '404 manual_linking_disabled; 403 as user_get.';
revoke execute
  on function auth.oauth_begin(text, bytea, bytea, text, text, text, uuid, uuid, jsonb, timestamptz)
  from public;
grant execute
  on function auth.oauth_begin(text, bytea, bytea, text, text, text, uuid, uuid, jsonb, timestamptz)
  to authenticator;
