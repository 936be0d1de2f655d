-- /admin/users/{id}/factors: the second factors of a user, seen and taken away
-- by who may manage users.
create or replace function auth.admin_factors(_user_id uuid)
  returns auth.outcome
  language sql stable
  security definer set search_path = ''
as $$
  select auth._yes(coalesce(jsonb_agg(auth._factor_json(f) order by f.created_at, f.id), '[]'))
    from auth.mfa_factors f
   where f.user_id = _user_id
$$;
comment on function auth.admin_factors(uuid) is 'The second factors of a user, oldest first.';
revoke execute on function auth.admin_factors(uuid) from public;
grant execute on function auth.admin_factors(uuid) to service_role;
