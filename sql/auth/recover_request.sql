-- POST /recover: a link and a code to set a new password with. Whether anybody
-- has the address shows in nothing: 200 {} for all, and the limits count all.
create or replace function auth.recover_request(
  _email text, _token jsonb, _ip inet, _settings jsonb, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_email constant text := lower(_email);
  v_wait  constant int := auth._limited('recover', host(_ip), _settings, _now);
  v_user  auth.users;
  v_no    auth.outcome := auth._refuse_address(_email, null, _settings, 400);
begin
  if v_wait > 0 then
    return auth._wait(v_wait);
  elsif v_no.status is null then
    v_no := auth._gap('recovery', v_email, _settings, _now);
  end if;
  if v_no.status is not null then
    return v_no;
  end if;
  select u.* into v_user from auth._user_by(v_email, null) u;
  if v_user.id is not null then
    perform auth._send(v_user, 'recovery', 'recovery', v_email, _token, _ip, _settings, _now);
  end if;
  return auth._yes();
end
$$;
comment on function auth.recover_request(text, jsonb, inet, jsonb, timestamptz) is
  'Mails a recovery link to who has the e-mail. 200 {} for all; 400 validation_failed or '
  'email_provider_disabled; 429.';
revoke execute on function auth.recover_request(text, jsonb, inet, jsonb, timestamptz) from public;
grant execute on function auth.recover_request(text, jsonb, inet, jsonb, timestamptz) to authenticator;
