-- Mails for a change of e-mail: to the new address, and, where both must agree,
-- to the current one with a token of its own.
create or replace function auth._send_email_change(
  _user auth.users, _token jsonb, _token_current jsonb, _ip inet, _settings jsonb, _now timestamptz)
  returns void
  language plpgsql volatile
as $$
begin
  perform auth._send(_user, 'email_change_new', 'email_change', _user.email_change, _token, _ip, _settings, _now);
  if _user.email <> '' and auth._setting(_settings, 'secure_email_change') = 'true' then
    perform auth._send(_user, 'email_change_current', 'email_change', lower(_user.email), _token_current, _ip, _settings, _now);
  else
    delete from auth.one_time_tokens t where t.user_id = _user.id and t.kind = 'email_change_current';
  end if;
  update auth.users u set email_change_confirm_status = 0 where u.id = _user.id;
end
$$;
