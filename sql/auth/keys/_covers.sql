-- Whether one of the granted permissions (resource:action, either may be *, or
-- * for all) covers the wanted one. Fails closed: nothing granted or wanted is no.
create or replace function auth._covers(_granted text[], _wanted text)
  returns boolean
  language sql immutable parallel safe
as $$
  select coalesce(bool_or(
           g.permission = '*'
           or (split_part(g.permission, ':', 1) in ('*', split_part(_wanted, ':', 1))
               and split_part(g.permission, ':', 2) in ('*', split_part(_wanted, ':', 2)))), false)
    from unnest(_granted) as g (permission)
   where _wanted <> '' and g.permission ~ '^(\*|(\*|[^:*]+):(\*|[^:*]+))$'
$$;

-- Whether a list of permissions is well-formed.
create or replace function auth._are_permissions(_permissions text[])
  returns boolean
  language sql immutable parallel safe
as $$
  select coalesce(bool_and(p.permission ~ '^(\*|(\*|[a-z0-9_.-]{1,64}):(\*|[a-z0-9_.-]{1,64}))$'), false)
    from unnest(_permissions) as p (permission)
$$;
