-- PUT /admin/users/{id}/factors/{factor}
create or replace function auth.admin_factor_update(
  _user_id uuid, _factor_id uuid, _friendly_name text, _phone text, _ip inet, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_factor auth.mfa_factors;
begin
  if _phone is not null and auth._phone(_phone) is null then
    return auth._no(400, 'validation_failed', 'Invalid phone number format (E.164 required)');
  end if;
  update auth.mfa_factors f
     set friendly_name = coalesce(_friendly_name, f.friendly_name), updated_at = _now,
         phone = case when f.factor_type = 'phone' then coalesce(auth._phone(_phone), f.phone) end
   where f.id = _factor_id and f.user_id = _user_id
  returning f.* into v_factor;
  if v_factor.id is null then
    return auth._no(404, 'mfa_factor_not_found', 'Factor not found');
  end if;
  perform auth._audit('factor_updated', 'factor', _user_id, null, _ip,
                      jsonb_build_object('by', 'admin', 'factor_id', _factor_id));
  return auth._yes(auth._factor_json(v_factor));
exception when unique_violation then
  return auth._no(422, 'mfa_factor_name_conflict', 'A factor with this name for this user already exists');
end
$$;
comment on function auth.admin_factor_update(uuid, uuid, text, text, inet, timestamptz) is
  'Renames a factor, or changes its phone: 200 with the factor; 404 mfa_factor_not_found; '
  '422 mfa_factor_name_conflict; 400 validation_failed.';
revoke execute on function auth.admin_factor_update(uuid, uuid, text, text, inet, timestamptz) from public;
grant execute on function auth.admin_factor_update(uuid, uuid, text, text, inet, timestamptz) to service_role;
