-- POST /mfa/recovery/verify: a recovery code in a factor's place, once. The
-- session is lifted so that its user can unenroll what was lost.
create or replace function auth.mfa_recovery_use(
  _user_id uuid, _session_id uuid, _code_hash bytea, _ip inet, _settings jsonb,
  _now timestamptz default now(),
  out status int, out body jsonb, out claims jsonb, out session_id uuid, out counter bigint)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_user    auth.users;
  v_session auth.sessions;
  v_wait    int;
begin
  status := 403;
  body := auth._mfa_refusal(_user_id, _session_id, _now);
  if body is not null then
    return;
  end if;
  v_wait := auth._mfa_limited(_user_id, _settings, _now);
  if v_wait > 0 then
    status := 429;
    body := auth._too_many(v_wait);
    return;
  end if;
  update auth.mfa_recovery_codes r
     set used_at = _now
   where r.user_id = _user_id and r.code_hash = _code_hash and r.used_at is null;
  if not found then
    perform auth._audit('verification_attempted', 'factor', _user_id, _session_id, _ip,
                        '{"recovery_code": true, "valid": false}');
    status := 422;
    body := auth._refusal('mfa_verification_failed', 'Wrong or used recovery code');
    return;
  end if;
  select u.* into v_user from auth.users u where u.id = _user_id;
  select s.* into v_session from auth._lift_session(_session_id, null, 'mfa/recovery', _now) s;
  delete from auth.sessions s where s.user_id = _user_id and s.id <> _session_id and s.aal = 'aal1';
  perform auth._audit('verification_attempted', 'factor', _user_id, _session_id, _ip,
                      '{"recovery_code": true, "valid": true}');
  status := 200;
  body := auth._user_json(v_user);
  claims := auth._claims(v_user, v_session, _settings, _now);
  session_id := v_session.id;
  counter := v_session.refresh_counter;
end
$$;
comment on function auth.mfa_recovery_use(uuid, uuid, bytea, inet, jsonb, timestamptz) is
  'Spends a recovery code: 200 with user and claims of the same session, now aal2 (amr mfa/recovery). '
  '403 as mfa_enroll; 422 mfa_verification_failed; 429.';
revoke execute on function auth.mfa_recovery_use(uuid, uuid, bytea, inet, jsonb, timestamptz) from public;
grant execute on function auth.mfa_recovery_use(uuid, uuid, bytea, inet, jsonb, timestamptz) to authenticator;
