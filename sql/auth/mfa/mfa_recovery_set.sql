-- POST /mfa/recovery/regenerate: new recovery codes in place of all before.
create or replace function auth.mfa_recovery_set(
  _user_id uuid, _session_id uuid, _code_hashes bytea[], _ip inet, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  status := 403;
  body := auth._mfa_refusal(_user_id, _session_id, _now);
  if body is null and auth._needs_aal2(_user_id, _session_id) then
    body := auth._refusal('insufficient_aal', 'AAL2 required to make recovery codes',
                          'Verify a factor of yours first.');
  end if;
  if body is not null then
    return;
  end if;
  -- of two at once, the later one's codes hold
  perform from auth.users u where u.id = _user_id for no key update;
  if not exists (select from auth.mfa_factors f where f.user_id = _user_id and f.status = 'verified') then
    status := 422;
    body := auth._refusal('mfa_factor_not_found', 'There is no verified factor to recover',
                          'Enroll and verify a factor first.');
    return;
  end if;
  delete from auth.mfa_recovery_codes r where r.user_id = _user_id;
  insert into auth.mfa_recovery_codes (user_id, code_hash, created_at)
  select _user_id, h.hash, _now from unnest(_code_hashes) as h (hash) where h.hash is not null;
  perform auth._audit('factor_updated', 'factor', _user_id, _session_id, _ip,
                      '{"recovery_codes": "regenerated"}');
  status := 200;
  body := jsonb_build_object('count', cardinality(_code_hashes));
end
$$;
comment on function auth.mfa_recovery_set(uuid, uuid, bytea[], inet, timestamptz) is
  'Replaces the user''s recovery codes by those of the keyed hashes. 200; 403 as mfa_enroll, '
  'insufficient_aal; 422 mfa_factor_not_found without a verified factor.';
revoke execute on function auth.mfa_recovery_set(uuid, uuid, bytea[], inet, timestamptz) from public;
grant execute on function auth.mfa_recovery_set(uuid, uuid, bytea[], inet, timestamptz) to authenticator;
