-- Takes an account out of the hands of whoever made it, who never proved its
-- address (account pre-takeover): every way in goes, the row, its id and its own
-- identity stay. _keep is the flow that is ending, if it is one of theirs.
create or replace function auth._disown(_user_id uuid, _now timestamptz, _keep uuid default null)
  returns void
  language plpgsql volatile
as $$
declare
  v_user auth.users;
begin
  delete from auth.identities i where i.user_id = _user_id;
  delete from auth.sessions s where s.user_id = _user_id;
  delete from auth.one_time_tokens t where t.user_id = _user_id;
  delete from auth.flow_states f where f.user_id = _user_id and f.id is distinct from _keep;
  delete from auth.flow_states f where f.linking_user_id = _user_id;
  perform auth._drop_factors(_user_id);
  update auth.users u
     set encrypted_password = null, phone = null, phone_confirmed_at = null,
         phone_change = null, email_change = null
   where u.id = _user_id
  returning u.* into v_user;
  perform auth._own_identity(v_user, 'email', _now);
end
$$;
