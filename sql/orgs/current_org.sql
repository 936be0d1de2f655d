-- Which tenant the request is for, for policies and column defaults: the claim
-- org_id, else the header X-Org-Id (or X-Tenant-Id), else the only organization
-- of the caller. What the caller does not belong to is none, whoever names it:
-- a policy org_id = (select orgs.current_org()) then shows nothing.
create or replace function orgs.current_org()
  returns uuid
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_headers constant jsonb := nullif(current_setting('request.headers', true), '')::jsonb;
  v_named   constant text := coalesce(auth.jwt() ->> 'org_id', v_headers ->> 'x-org-id',
                                      v_headers ->> 'x-tenant-id');
  v_ids     uuid[];
begin
  v_ids := array(select m.org_id from orgs.members m
                  where m.user_id = auth.uid() and (v_named is null or m.org_id::text = lower(v_named))
                  limit 2);
  return case when cardinality(v_ids) = 1 then v_ids[1] end;
end
$$;
comment on function orgs.current_org() is
  'The organization that the request is for, among the caller''s own: named by claim or header, or the only '
  'one; null otherwise. Use it in policies as org_id = (select orgs.current_org()).';
revoke execute on function orgs.current_org() from public;
grant execute on function orgs.current_org() to anon, authenticated, service_role;
