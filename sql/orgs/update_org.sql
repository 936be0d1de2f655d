-- PATCH /orgs/v1/orgs/{id}: null leaves as it is.
create or replace function orgs.update_org(
  _org_id uuid, _name text, _metadata jsonb,
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_org orgs.orgs;
begin
  select g.status, g.body into status, body from orgs._guard(_org_id, 'orgs:manage') g;
  if status is not null then
    return;
  elsif length(btrim(_name)) not between 1 and 200 or jsonb_typeof(_metadata) <> 'object' then
    status := 400;
    body := orgs._refusal('validation_failed',
                          'name must have between 1 and 200 characters, metadata must be an object');
    return;
  end if;
  update orgs.orgs o
     set name = coalesce(btrim(_name), o.name), metadata = coalesce(_metadata, o.metadata)
   where o.id = _org_id
  returning o.* into v_org;
  status := 200;
  body := orgs._org_json(v_org);
end
$$;
comment on function orgs.update_org(uuid, text, jsonb) is
  'Changes an organization''s name or metadata (orgs:manage): 200 with it; 404, 403 missing_permissions; '
  '400 validation_failed.';
revoke execute on function orgs.update_org(uuid, text, jsonb) from public;
grant execute on function orgs.update_org(uuid, text, jsonb) to authenticated;
