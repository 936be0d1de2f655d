-- GET /orgs/v1/orgs, and one of them by id.
create or replace function orgs.list_orgs(_org_id uuid default null, out status int, out body jsonb)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_list jsonb;
begin
  v_list := (select coalesce(jsonb_agg(orgs._org_json(o) || jsonb_build_object('role', o_role.role)
                                       order by o.name, o.id), '[]')
               from orgs.orgs o
               left join orgs.members o_role on o_role.org_id = o.id and o_role.user_id = auth.uid()
              where (o_role.user_id is not null
                     or (_org_id is not null and auth.has_permission('orgs:read', o.id)))
                and (_org_id is null or o.id = _org_id));
  status := case when _org_id is not null and v_list = '[]' then 404 else 200 end;
  body := case when status = 404 then orgs._not_found()
               when _org_id is not null then v_list -> 0
               else v_list end;
end
$$;
comment on function orgs.list_orgs(uuid) is
  'The caller''s organizations with the role in each, or one that the caller may read. 404 org_not_found.';
revoke execute on function orgs.list_orgs(uuid) from public;
grant execute on function orgs.list_orgs(uuid) to authenticated;
