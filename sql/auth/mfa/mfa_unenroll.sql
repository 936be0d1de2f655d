-- DELETE /factors/{id}. Sessions that were lifted by the factor fall back: the
-- next token says aal1, and no longer names the factor's method.
create or replace function auth._drop_factor(_factor auth.mfa_factors, _now timestamptz)
  returns void
  language plpgsql volatile
as $$
begin
  update auth.sessions s
     set aal = 'aal1', factor_id = null, updated_at = _now,
         amr = coalesce((select jsonb_agg(a.value order by a.ordinality)
                           from jsonb_array_elements(s.amr) with ordinality a
                          where a.value ->> 'method' <> all (array[
                                  'totp', 'mfa/phone', 'mfa/webauthn', 'mfa/email'])), '[]')
   where s.user_id = _factor.user_id and s.factor_id = _factor.id;
  delete from auth.mfa_factors f where f.id = _factor.id;
  delete from auth.mfa_recovery_codes r
   where r.user_id = _factor.user_id
     and not exists (select from auth.mfa_factors f
                      where f.user_id = _factor.user_id and f.status = 'verified');
end
$$;

create or replace function auth.mfa_unenroll(
  _user_id uuid, _session_id uuid, _factor_id uuid, _ip inet, _settings jsonb, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_factors auth.mfa_factors[];
  v_factor  auth.mfa_factors;
  v_user    auth.users;
begin
  status := 403;
  body := auth._mfa_refusal(_user_id, _session_id, _now);
  if body is not null then
    return;
  end if;
  perform from auth.mfa_factors f
    where f.user_id = _user_id and (_factor_id is null or f.id = _factor_id)
    order by f.id
      for update;
  v_factors := array(select f
                       from auth.mfa_factors f
                      where f.user_id = _user_id and (_factor_id is null or f.id = _factor_id));
  if cardinality(v_factors) = 0 then
    status := 404;
    body := auth._refusal('mfa_factor_not_found', 'Factor not found');
    return;
  elsif exists (select from unnest(v_factors) f where f.status = 'verified')
     and auth._needs_aal2(_user_id, _session_id) then
    status := 422;
    body := auth._refusal('insufficient_aal', 'AAL2 required to unenroll verified factor',
                          'Verify the factor first.');
    return;
  end if;
  select u.* into v_user from auth.users u where u.id = _user_id;
  foreach v_factor in array v_factors loop
    perform auth._drop_factor(v_factor, _now);
    perform auth._audit('factor_unenrolled', 'factor', _user_id, _session_id, _ip,
                        jsonb_build_object('factor_id', v_factor.id, 'factor_type', v_factor.factor_type));
    if v_factor.status = 'verified' then
      perform auth._notify('mfa_factor_unenrolled', v_user.email, v_user,
                           jsonb_build_object('factor_type', v_factor.factor_type), _settings, _ip, _now);
    end if;
  end loop;
  status := 200;
  body := jsonb_build_object('id', _factor_id);
end
$$;
comment on function auth.mfa_unenroll(uuid, uuid, uuid, inet, jsonb, timestamptz) is
  'Removes the user''s factor, or all for null: 200 with its id. 403 as mfa_enroll; '
  '404 mfa_factor_not_found; 422 insufficient_aal for a verified one from an aal1 session. With the last '
  'verified factor the recovery codes go.';
revoke execute on function auth.mfa_unenroll(uuid, uuid, uuid, inet, jsonb, timestamptz) from public;
grant execute on function auth.mfa_unenroll(uuid, uuid, uuid, inet, jsonb, timestamptz) to authenticator;
