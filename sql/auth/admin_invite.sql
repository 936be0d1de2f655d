-- POST /invite: makes a user who has yet to accept, and mails them.
create or replace function auth.admin_invite(
  _email text, _data jsonb, _token jsonb, _ip inet, _settings jsonb, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_user auth.users;
begin
  if not auth._is_email(_email) then
    return auth._no(400, 'validation_failed', 'Unable to validate email address: invalid format');
  end if;
  select u.* into v_user from auth._user_by(_email, null) u;
  if v_user.email_confirmed_at is not null then
    return auth._no(422, 'email_exists', 'A user with this email address has already been registered');
  elsif v_user.id is null then
    select u.* into strict v_user
      from auth._insert_user(lower(_email), null, null, coalesce(_data, '{}'), false, _ip, _settings, _now) u;
  end if;
  perform auth._send(v_user, 'confirmation', 'invite', lower(_email), _token, _ip, _settings, _now);
  return auth._yes(auth._user_json(u)) from auth.users u where u.id = v_user.id;
end
$$;
comment on function auth.admin_invite(text, jsonb, jsonb, inet, jsonb, timestamptz) is
  'Invites an e-mail: 200 with the user, who is mailed a link; 422 email_exists for one who is '
  'confirmed; 400 validation_failed.';
revoke execute on function auth.admin_invite(text, jsonb, jsonb, inet, jsonb, timestamptz) from public;
grant execute on function auth.admin_invite(text, jsonb, jsonb, inet, jsonb, timestamptz) to service_role;
