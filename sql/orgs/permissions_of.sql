-- What a user may do: by roles that hold everywhere and, within an
-- organization, by the one they have there.
create or replace function orgs.permissions_of(_user_id uuid, _org_id uuid default null)
  returns text[]
  language plpgsql stable
as $$
begin
  return array(
    select p.permission
      from (select u.role from orgs.user_roles u where u.user_id = _user_id
            union
            select m.role from orgs.members m where m.user_id = _user_id and m.org_id = _org_id) h
      join orgs.roles r on r.name = h.role
     cross join unnest(r.permissions) as p (permission));
end
$$;
comment on function orgs.permissions_of(uuid, uuid) is
  'The permissions of a user''s global roles and of the role in an organization, if given.';
revoke execute on function orgs.permissions_of(uuid, uuid) from public;
