-- Nobody hands out more than they have, be it by a role, an invite or the
-- definition of a role.

-- Whether the user's roles have all of the permissions.
create or replace function orgs._holds(_user_id uuid, _org_id uuid, _permissions text[])
  returns boolean
  language sql stable
as $$
  select coalesce('*' = any (m.permissions) or _permissions <@ m.permissions, false)
    from (select orgs.permissions_of(_user_id => _user_id, _org_id => _org_id)) as m (permissions)
$$;

-- The same of the caller, whose API key must cover them too.
create or replace function orgs._may_give(_permissions text[], _org_id uuid default null)
  returns boolean
  language sql stable
as $$
  select orgs._holds(auth.uid(), _org_id, _permissions)
     and not exists (select from unnest(_permissions) as p (permission)
                      where auth.has_scope(p.permission) is not true)
$$;
