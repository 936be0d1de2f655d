-- Mails for a change of e-mail: to the new address, and, where both must agree,
-- to the current one with a token of its own. A hook is called once for both, with
-- both tokens, and with what GoTrue crosses crossed: token, for the current address,
-- goes with token_hash_new, and token_new with token_hash. Senders rely on it. (The
-- server has put it so into what the current address's token holds for it.)
create or replace function auth._send_email_change(
  _user auth.users, _token jsonb, _token_current jsonb, _ip inet, _settings jsonb, _now timestamptz)
  returns void
  language plpgsql volatile
as $$
declare
  v_both constant boolean := _user.email <> '' and auth._setting(_settings, 'secure_email_change') = 'true';
begin
  if v_both and auth._sends('send_email', _token_current, _settings) then
    perform auth._promise(_user, 'email_change_new', 'email_change', _user.email_change,
                          _token, _ip, _settings, _now);
    perform auth._promise(_user, 'email_change_current', 'email_change', lower(_user.email),
                          _token_current, _ip, _settings, _now);
    perform auth._send_by_hook('send_email', _user, lower(_user.email),
                               auth._email_data('email_change', _settings,
                                 jsonb_build_object('redirect_to', coalesce(_token ->> 'redirect_to', ''))),
                               decode(_token_current #>> '{sealed,email_change_both}', 'base64'),
                               _token_current -> 'plain_both', _ip, _settings, _now);
  elsif v_both then
    perform auth._send(_user, 'email_change_new', 'email_change', _user.email_change,
                       _token, _ip, _settings, _now);
    perform auth._send(_user, 'email_change_current', 'email_change', lower(_user.email),
                       _token_current, _ip, _settings, _now);
  else
    perform auth._send(_user, 'email_change_new', 'email_change', _user.email_change,
                       _token, _ip, _settings, _now);
    delete from auth.one_time_tokens t where t.user_id = _user.id and t.kind = 'email_change_current';
  end if;
  update auth.users u set email_change_confirm_status = 0 where u.id = _user.id;
end
$$;
