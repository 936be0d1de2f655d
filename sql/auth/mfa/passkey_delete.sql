-- DELETE /passkeys/{id}.
create or replace function auth.passkey_delete(
  _user_id uuid, _session_id uuid, _id uuid, _ip inet, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  status := 403;
  body := auth._mfa_refusal(_user_id, _session_id, _now);
  if body is null and auth._needs_aal2(_user_id, _session_id) then
    body := auth._refusal('insufficient_aal', 'AAL2 required to delete a passkey',
                          'Verify a factor of yours first.');
  end if;
  if body is not null then
    return;
  end if;
  delete from auth.webauthn_credentials c where c.id = _id and c.user_id = _user_id and c.factor_id is null;
  if not found then
    status := 404;
    body := auth._refusal('validation_failed', 'Passkey not found');
    return;
  end if;
  perform auth._audit('passkey_deleted', 'factor', _user_id, _session_id, _ip,
                      jsonb_build_object('passkey_id', _id));
  status := 204;
end
$$;
comment on function auth.passkey_delete(uuid, uuid, uuid, inet, timestamptz) is
  'Deletes the user''s passkey: 204. 403 as mfa_enroll, insufficient_aal; 404 validation_failed.';
revoke execute on function auth.passkey_delete(uuid, uuid, uuid, inet, timestamptz) from public;
grant execute on function auth.passkey_delete(uuid, uuid, uuid, inet, timestamptz) to authenticator;
