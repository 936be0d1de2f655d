-- Tells a user, by mail, of what changed in their account: whoever takes one over
-- does not do it in silence. Each notice has a switch. It goes to an address that
-- was proved, and neither gap nor cap holds it back.
create or replace function auth._notify(
  _notice text, _to text, _user auth.users, _data jsonb, _settings jsonb, _ip inet, _now timestamptz)
  returns void
  language plpgsql volatile
as $$
begin
  if auth._setting(_settings, 'notify_' || _notice) is distinct from 'true'
     or coalesce(_to, '') = '' or _user.email_confirmed_at is null then
    return;
  end if;
  if auth._sends('send_email',
                 case auth._setting(_settings, 'hook_send_email') when 'true' then '{"plain": {}}'::jsonb end,
                 _settings) then
    perform auth._send_by_hook('send_email', _user, lower(_to),
                               auth._email_data(_notice || '_notification', _settings, _data),
                               null, null, _ip, _settings, _now);
  else
    perform mail.send(
      _to => lower(_to), _template => _notice,
      _data => jsonb_build_object('site_url', auth._setting(_settings, 'site_url'),
                                  'email', coalesce(_user.email, ''))
               || _data,
      _sealed => null); -- a notice has no secret
  end if;
end
$$;
