-- GET /orgs/v1/orgs/{id}/members.
create or replace function orgs.list_members(
  _org_id uuid, _limit int default 1000, _offset int default 0,
  out status int, out body jsonb)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
begin
  select g.status, g.body into status, body from orgs._guard(_org_id, 'members:read') g;
  if status is not null then
    return;
  end if;
  status := 200;
  body := (select coalesce(jsonb_agg(
             jsonb_build_object('user_id', m.user_id, 'role', m.role, 'joined_at', m.joined_at)
             || auth.profile(_user_id => m.user_id, _scopes => '{email,profile}') - 'sub' - 'updated_at'
             order by m.joined_at, m.user_id), '[]')
             from (select * from orgs.members a where a.org_id = _org_id order by a.joined_at, a.user_id
                    limit least(_limit, 1000) offset greatest(_offset, 0)) m);
end
$$;
comment on function orgs.list_members(uuid, int, int) is
  'Members of an organization (members:read), oldest first, at most 1000 at a time. '
  '404, 403 missing_permissions.';
revoke execute on function orgs.list_members(uuid, int, int) from public;
grant execute on function orgs.list_members(uuid, int, int) to authenticated;
