-- GET /orgs/v1/orgs/{id}/invites.
create or replace function orgs.list_invites(
  _org_id uuid, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
begin
  select g.status, g.body into status, body from orgs._guard(_org_id, 'members:manage') g;
  if status is not null then
    return;
  end if;
  status := 200;
  body := (select coalesce(jsonb_agg(to_jsonb(i) - 'token_hash' order by i.created_at desc, i.id), '[]')
             from (select *
                     from orgs.invites a
                    where a.org_id = _org_id and a.expires_at > _now
                    order by a.created_at desc, a.id limit 1000) i);
end
$$;
comment on function orgs.list_invites(uuid, timestamptz) is
  'Invites that are out (members:manage), newest first. 404, 403 missing_permissions.';
revoke execute on function orgs.list_invites(uuid, timestamptz) from public;
grant execute on function orgs.list_invites(uuid, timestamptz) to authenticated;
