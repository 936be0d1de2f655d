-- PATCH /passkeys/{id}.
create or replace function auth.passkey_rename(
  _user_id uuid, _session_id uuid, _id uuid, _friendly_name text, _ip inet, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_renamed auth.webauthn_credentials;
begin
  status := 403;
  body := auth._mfa_refusal(_user_id, _session_id, _now);
  if body is not null then
    return;
  elsif (length(_friendly_name) between 1 and 120) is not true then
    status := 400;
    body := auth._refusal('validation_failed', 'friendly_name must have between 1 and 120 characters');
    return;
  end if;
  update auth.webauthn_credentials c set friendly_name = _friendly_name
   where c.id = _id and c.user_id = _user_id and c.factor_id is null
  returning c.* into v_renamed;
  if v_renamed.id is null then
    status := 404;
    body := auth._refusal('validation_failed', 'Passkey not found');
    return;
  end if;
  perform auth._audit('passkey_updated', 'factor', _user_id, _session_id, _ip,
                      jsonb_build_object('passkey_id', _id));
  status := 200;
  body := auth._passkey_json(v_renamed);
end
$$;
comment on function auth.passkey_rename(uuid, uuid, uuid, text, inet, timestamptz) is
  'Names the user''s passkey: 200 with it. 403 as mfa_enroll; 400 validation_failed for no or a long '
  'name; 404 validation_failed.';
revoke execute on function auth.passkey_rename(uuid, uuid, uuid, text, inet, timestamptz) from public;
grant execute on function auth.passkey_rename(uuid, uuid, uuid, text, inet, timestamptz) to authenticator;
