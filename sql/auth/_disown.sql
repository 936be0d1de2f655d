-- Takes an account out of the hands of whoever made it, who never proved its
-- address (account pre-takeover): every way in goes, the row and its id stay.
create or replace function auth._disown(_user_id uuid)
  returns void
  language plpgsql volatile
as $$
begin
  delete from auth.identities i where i.user_id = _user_id;
  delete from auth.sessions s where s.user_id = _user_id;
  delete from auth.one_time_tokens t where t.user_id = _user_id;
  delete from auth.flow_states f where f.user_id = _user_id;
  delete from auth.flow_states f where f.linking_user_id = _user_id;
  perform auth._drop_factors(_user_id);
  update auth.users u
     set encrypted_password = null, phone = null, phone_confirmed_at = null, phone_change = null, email_change = null, raw_user_meta_data = '{}'
   where u.id = _user_id;
end
$$;
