-- A factor as the wire shows it: never its secret.
create or replace function auth._factor_json(_factor auth.mfa_factors)
  returns jsonb
  language sql stable
as $$
  select jsonb_build_object(
    'id', _factor.id, 'created_at', auth._time(_factor.created_at),
    'updated_at', auth._time(_factor.updated_at),
    'status', _factor.status, 'friendly_name', _factor.friendly_name, 'factor_type', _factor.factor_type,
    'phone', coalesce(_factor.phone, ''), 'last_challenged_at', auth._time(_factor.last_challenged_at))
$$;

-- The member "factors" of a user, or nothing for a user who has none. plpgsql,
-- because its plan is kept.
create or replace function auth._factors_member(_user_id uuid)
  returns jsonb
  language plpgsql stable
as $$
begin
  return (select case when count(*) = 0 then '{}'
                      else jsonb_build_object('factors', jsonb_agg(
                        auth._factor_json(f) order by f.created_at, f.id)) end
            from auth.mfa_factors f
           where f.user_id = _user_id);
end
$$;
