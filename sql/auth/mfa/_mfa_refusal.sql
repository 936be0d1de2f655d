-- The guard of every function here: the session of the token must live, and an
-- anonymous user has nothing that a second factor could protect.
create or replace function auth._mfa_refusal(_user_id uuid, _session_id uuid, _now timestamptz)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_user auth.users;
  v_body jsonb;
begin
  select u.* into v_user from auth.users u where u.id = _user_id;
  v_body := auth._refuse_user(v_user, _session_id, _now);
  if v_body is null and v_user.is_anonymous then
    v_body := auth._refusal('no_authorization', 'Anonymous users have no second factors',
                            'Sign up with an e-mail first.');
  end if;
  return coalesce(v_body, auth._refuse_delegated(_session_id));
end
$$;
