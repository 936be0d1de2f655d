-- GET /reauthenticate: sends the caller a code, to be given as nonce with a new
-- password.
create or replace function auth.reauthenticate(
  _user_id uuid, _session_id uuid, _token jsonb, _ip inet, _settings jsonb, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_user auth.users;
  v_to   text;
  v_no   auth.outcome;
begin
  select u.* into v_user from auth.users u where u.id = _user_id;
  v_no.body := auth._refuse_user(v_user, _session_id, _now);
  v_to := coalesce(nullif(lower(v_user.email), ''), v_user.phone);
  if v_no.body is not null then
    v_no.status := 403;
    return v_no;
  elsif v_to is null then
    return auth._no(400, 'validation_failed',
                    'Reauthentication requires the user to have an email or a phone number');
  elsif v_to ~ '@' and v_user.email_confirmed_at is null then
    return auth._no(422, 'email_not_confirmed', 'Please verify your email first.');
  elsif v_to !~ '@' and v_user.phone_confirmed_at is null then
    return auth._no(422, 'phone_not_confirmed', 'Please verify your phone first.');
  end if;
  v_no := auth._gap('reauthentication', v_to, _settings, _now);
  if v_no.status is not null then
    return v_no;
  end if;
  perform auth._send(v_user, 'reauthentication', 'reauthentication', v_to, _token, _ip, _settings, _now);
  return auth._yes();
end
$$;
comment on function auth.reauthenticate(uuid, uuid, jsonb, inet, jsonb, timestamptz) is
  'Sends a code to the caller''s e-mail, else phone: 200 {}; 400 validation_failed without either, 422 '
  'email_not_confirmed or phone_not_confirmed, 429, 403 as user_get.';
revoke execute on function auth.reauthenticate(uuid, uuid, jsonb, inet, jsonb, timestamptz) from public;
grant execute on function auth.reauthenticate(uuid, uuid, jsonb, inet, jsonb, timestamptz) to authenticator;
