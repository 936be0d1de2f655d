-- What tokens say of roles. They inform; what decides is the database, at each
-- request (auth.has_permission), so that a role taken away is gone at once. A
-- user without roles has no such claims.
create or replace function orgs.claims(_user_id uuid)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_roles text[] := array(select u.role from orgs.user_roles u where u.user_id = _user_id order by u.role);
  v_orgs  jsonb := (
    select jsonb_object_agg(m.org_id, m.role)
      from (
        select * from orgs.members a where a.user_id = _user_id order by a.joined_at, a.org_id limit 50) m);
begin
  return jsonb_strip_nulls(jsonb_build_object(
    'roles', to_jsonb(nullif(v_roles, '{}')),
    'permissions', case when v_roles <> '{}' then to_jsonb(orgs.permissions_of(_user_id)) end,
    'orgs', v_orgs));
end
$$;
comment on function orgs.claims(uuid) is
  'The claims roles, permissions (of roles that hold everywhere) and orgs ({id: role}, at most '
  '50) of a user; {} without any.';
revoke execute on function orgs.claims(uuid) from public;
