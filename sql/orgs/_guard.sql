-- The refusal of a caller who lacks the permission in the organization: not
-- found for whoever may not even read it, forbidden for who may; null when all
-- is well.
create or replace function orgs._guard(_org_id uuid, _permission text, out status int, out body jsonb)
  returns record
  language plpgsql stable
as $$
begin
  if auth.has_permission(_permission, _org_id) and exists (select from orgs.orgs o where o.id = _org_id) then
    return;
  elsif orgs.is_member(_org_id) then
    status := 403;
    body := orgs._refusal('missing_permissions', 'You lack the permission ' || _permission,
                          'Ask an administrator of the organization.');
  else
    status := 404;
    body := orgs._not_found();
  end if;
end
$$;
