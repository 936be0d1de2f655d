-- The form of permissions, for those who keep lists of them.
create or replace function auth.are_permissions(_permissions text[])
  returns boolean
  language sql immutable parallel safe
as $$
  select auth._are_permissions(_permissions)
$$;
comment on function auth.are_permissions(text[]) is
  'Whether the list holds well-formed permissions (resource:action, either may be *, or '
  '* for all), and one at least.';
revoke execute on function auth.are_permissions(text[]) from public;
