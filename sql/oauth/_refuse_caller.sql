-- Why the session may not decide for its user which apps come in; null when it
-- may. An app that came in decides nothing: it would widen its own scopes, let
-- its like in, or see and end the others.
create or replace function oauth._refuse_caller(_user_id uuid, _session_id uuid, _now timestamptz)
  returns jsonb
  language sql stable
as $$
  select coalesce(
    auth.refuse_caller(_user_id => _user_id, _session_id => _session_id, _now => _now),
    case when exists (select from oauth.grants g where g.session_id = _session_id) then oauth._refusal(
           'oauth_client_not_allowed', 'An app may not decide about apps: sign in to do this') end)
$$;
