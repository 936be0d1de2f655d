-- Called as POST /rest/v1/rpc/create_organization: a tenant and its owner, together.
create or replace function public.create_organization(name text)
  returns uuid
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  insert into public.organizations (name) values (create_organization.name) returning id into v_id;
  insert into public.memberships (organization_id, user_id, role) values (v_id, auth.uid(), 'owner');
  return v_id;
end
$$;
comment on function public.create_organization(text) is 'Makes an organisation that the caller owns; answers its id.';
revoke execute on function public.create_organization(text) from public;
grant execute on function public.create_organization(text) to authenticated;
