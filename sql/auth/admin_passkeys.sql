-- /admin/users/{id}/passkeys
create or replace function auth.admin_passkeys(_user_id uuid)
  returns auth.outcome
  language sql stable
  security definer set search_path = ''
as $$
  select auth._yes(coalesce(jsonb_agg(auth._passkey_json(c) order by c.created_at, c.id), '[]'))
    from auth.webauthn_credentials c where c.user_id = _user_id and c.factor_id is null
$$;
comment on function auth.admin_passkeys(uuid) is 'The passkeys of a user, oldest first.';
revoke execute on function auth.admin_passkeys(uuid) from public;
grant execute on function auth.admin_passkeys(uuid) to service_role;
