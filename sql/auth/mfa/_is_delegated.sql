-- Whether somebody else acts in the user's name: an app that the user let in, or
-- an administrator who impersonates. Neither may make what outlives the
-- permission: factors, passkeys, API keys, consents, a new password.
create or replace function auth._is_delegated(_session_id uuid)
  returns boolean
  language sql stable
as $$
  select exists (
    select from auth.sessions s
     where s.id = _session_id
       and s.amr @? '$[*] ? (@.method == "oauth_provider/authorization_code" || @.method == "impersonation")')
$$;

create or replace function auth._refuse_delegated(_session_id uuid)
  returns jsonb
  language sql stable
as $$
  select case when auth._is_delegated(_session_id) then
    auth._refusal('no_authorization', 'This takes the user''s own session', 'Sign in as the user.') end
$$;
