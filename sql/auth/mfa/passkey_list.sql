-- GET /passkeys.
create or replace function auth.passkey_list(
  _user_id uuid, _session_id uuid, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
begin
  status := 403;
  body := auth._mfa_refusal(_user_id, _session_id, _now);
  if body is not null then
    return;
  end if;
  status := 200;
  body := (select coalesce(jsonb_agg(auth._passkey_json(c) order by c.created_at, c.id), '[]')
             from auth.webauthn_credentials c where c.user_id = _user_id and c.factor_id is null);
end
$$;
comment on function auth.passkey_list(uuid, uuid, timestamptz) is
  'The user''s passkeys, oldest first. 403 as mfa_enroll.';
revoke execute on function auth.passkey_list(uuid, uuid, timestamptz) from public;
grant execute on function auth.passkey_list(uuid, uuid, timestamptz) to authenticator;
