-- DELETE /admin/users/{id}/factors/{factor}: for who lost it. Sessions that it
-- lifted fall back.
create or replace function auth.admin_factor_delete(
  _user_id uuid, _factor_id uuid, _ip inet, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_factor auth.mfa_factors;
begin
  select f.* into v_factor
    from auth.mfa_factors f
   where f.id = _factor_id and f.user_id = _user_id
     for update;
  if v_factor.id is null then
    return auth._no(404, 'mfa_factor_not_found', 'Factor not found');
  end if;
  perform auth._drop_factor(v_factor, _now);
  perform auth._audit('factor_deleted', 'factor', _user_id, null, _ip,
                      jsonb_build_object('by', 'admin', 'factor_id', _factor_id));
  return auth._yes(auth._factor_json(v_factor));
end
$$;
comment on function auth.admin_factor_delete(uuid, uuid, inet, timestamptz) is
  'Deletes a second factor: 200 with what it was; 404 mfa_factor_not_found.';
revoke execute on function auth.admin_factor_delete(uuid, uuid, inet, timestamptz) from public;
grant execute on function auth.admin_factor_delete(uuid, uuid, inet, timestamptz) to service_role;
