-- GET /mfa/status: what the short endpoints' clients show, and the factor that
-- they mean when they name none.
create or replace function auth.mfa_status(
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
  select jsonb_build_object(
           'enabled', coalesce(bool_or(f.status = 'verified'), false),
           'current_level', (select s.aal from auth.sessions s where s.id = _session_id),
           'next_level', case when bool_or(f.status = 'verified') then 'aal2' else 'aal1' end,
           'factors', coalesce(jsonb_agg(auth._factor_json(f) order by f.status desc,
                                         f.created_at desc, f.id), '[]'),
           'recovery_codes_left', (select count(*)
                                     from auth.mfa_recovery_codes r
                                    where r.user_id = _user_id and r.used_at is null)) into body
    from auth.mfa_factors f
   where f.user_id = _user_id;
end
$$;
comment on function auth.mfa_status(uuid, uuid, timestamptz) is
  'Whether a second factor is on, the session''s level and the one to reach, the factors (verified first, '
  'then newest) and how many recovery codes are left. 403 as mfa_enroll.';
revoke execute on function auth.mfa_status(uuid, uuid, timestamptz) from public;
grant execute on function auth.mfa_status(uuid, uuid, timestamptz) to authenticator;
